export * from './encoder';
export * from './errors';
export { loadTokenizer, Tokenizer, TOKENIZER_FILES, type TokenizedText } from './tokenizer';
