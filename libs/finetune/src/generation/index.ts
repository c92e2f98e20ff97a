export { causalLoss, causalStep, nextWords, type CausalLoss, type NextWords } from './causal-step';
export { chooseWord, wordProbabilities, type SamplingOptions } from './choose-word';
export { IncrementalDecoder } from './incremental-decoder';
export { TextGenerator, type GeneratedText, type GenerateOptions } from './text-generator';
export { textBlocks, trainCausal, type TrainCausalOptions } from './train-causal';
