import { z } from 'zod';

const positiveInt = z.number().int().positive();
const path = z.string().min(1);

/** The section `pretraining` of head.yaml, which `attune pretrain` reads and `attune train` leaves alone. */
export const pretrainingKeys = z.strictObject({
  data: z
    .union([path, z.array(path).min(1)])
    .optional()
    .describe('Raw texts: .txt (a text a line), .jsonl, .csv, .tsv or .parquet, plain or .gz; or a list of files'),
  text: z.string().min(1).default('text').describe('Column of the text, in files that have columns'),
  maxLength: z.number().int().min(8).default(128).describe('Tokens of a row; a longer text becomes several rows'),
  packing: z
    .boolean()
    .default(false)
    .describe('Put texts that follow one another in a file together in a row, up to maxLength; without it each text begins a row'),
  maskShare: z.number().gt(0).lt(1).default(0.15).describe('Share of the tokens that are to be foretold'),
  wholeWords: z.boolean().default(true).describe('Mask all tokens of a word, or none'),
  validationShare: z.number().gt(0).lt(1).default(0.01).describe('Share of the texts set aside for the perplexity, by their hash'),
  validationTexts: positiveInt.default(2000).describe('Most of them that are judged'),
  epochs: z.number().positive().default(1).describe('Passes over the texts; may be a fraction'),
  steps: positiveInt.optional().describe('Optimiser steps, in place of epochs'),
  batchSize: positiveInt.default(32).describe('Rows an optimiser step sees'),
  shuffleRows: positiveInt.default(20_000).describe('Rows held in memory to be shuffled'),
  learningRate: z.number().positive().optional().describe('Peak learning rate; default 1e-4, from scratch 5e-4'),
  warmup: z.number().min(0).max(1).default(0.06).describe('Share of all steps in which the learning rate rises from 0; then it falls to 0'),
  weightDecay: z.number().nonnegative().default(0.01).describe('Decay of weights, not of biases and norms'),
  clipNorm: z.number().nonnegative().default(1).describe('Largest global norm of the gradients; 0 is no clipping'),
  evaluateEvery: positiveInt.default(500).describe('Steps between measurements of the perplexity, beside those before and after'),
  checkpointEvery: positiveInt.default(500).describe('Steps between checkpoints for --resume'),
  scratch: z
    .boolean()
    .default(false)
    .describe('A new BERT with random weights and a vocabulary learned from the texts, in place of encoder'),
  vocabularySize: positiveInt.optional().describe('scratch: words and pieces of words; default 8000, or as many as the texts give'),
  lowercase: z.boolean().default(true).describe('scratch: the vocabulary knows no capitals and no accents'),
  layers: positiveInt.max(1000).default(4).describe('scratch: blocks of the encoder'),
  hidden: positiveInt.default(256).describe('scratch: width of the states; the feed-forward layers are four times as wide'),
  heads: positiveInt.default(4).describe('scratch: attention heads; the width is a multiple of them'),
});

/** Keys of the section `pretraining`. */
export type PretrainingConfig = z.infer<typeof pretrainingKeys>;
