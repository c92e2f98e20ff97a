export { chooseWord, wordProbabilities, type SamplingOptions } from './choose-word';
export { IncrementalDecoder } from './incremental-decoder';
export { TextGenerator, type GeneratedText, type GenerateOptions } from './text-generator';
