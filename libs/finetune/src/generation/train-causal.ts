import type { Tokenizer } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { cutByTokens, padBatch } from '../data/batches';
import type { EncodedExample } from '../data/example';
import { DropoutSource } from '../layers/dropout';
import type { TrainableNetwork } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';
import { pauseForSignals } from '../training/interruption';
import { scheduleFactor } from '../training/schedule';
import { causalStep, type CausalLoss } from './causal-step';

/** Tokens of a micro-batch: at each the scores of every word of the vocabulary lie in memory. */
const TOKEN_BUDGET = 512;

export interface TrainCausalOptions {
  /** Of a causal encoder, with `causalLm` and its whole vocabulary. Its trainable parameters learn. */
  network: TrainableNetwork;
  /** Token ids of texts, or of blocks of them (`textBlocks`), none longer than the encoder reads. */
  texts: readonly Int32Array[];
  padTokenId: number;
  /** Optimiser steps; texts are shuffled anew each time all have been seen. */
  steps: number;
  /** Texts of a step. */
  batchSize: number;
  /** At its peak. */
  learningRate: number;
  optimizer: HeadConfig['optimizer'];
  seed: number;
  /** Without it nothing is dropped. */
  dropout?: boolean;
  /** Default 512 tokens, padding counted. */
  tokenBudget?: number;
  signal?: AbortSignal;
  onStep?: (step: CausalLoss & { step: number }) => void;
}

/**
 * Trains a causal encoder to predict the next word of texts (Radford et al. 2019).
 *
 * @returns The loss of each step, before its update.
 */
export async function trainCausal(options: TrainCausalOptions): Promise<number[]> {
  const { network, padTokenId, steps, learningRate, optimizer: config, seed, tokenBudget = TOKEN_BUDGET } = options;
  const optimizer = new Optimizer(network.kernels, config);
  const dropout = options.dropout ? new DropoutSource(network.kernels, seed) : undefined;
  const parameters = [...network.parameters.values()].filter(({ trainable }) => trainable);
  const batches = drawSteps(options, new Random(seed));
  const losses: number[] = [];
  try {
    for (let step = 0; step < steps; step++) {
      if (options.signal) await pauseForSignals(options.signal);
      dropout?.startStep(step);
      const rows = batches.next().value;
      const result = causalStep(
        network,
        cutByTokens(rows, tokenBudget).map((part) => padBatch(part, padTokenId)),
        dropout,
      );
      const rate = learningRate * scheduleFactor(config, step, steps);
      network.forgetLearningWeights();
      optimizer.step(parameters, () => rate);
      losses.push(result.loss);
      options.onStep?.({ step, ...result });
    }
  } finally {
    dropout?.dispose();
    optimizer.dispose();
  }
  return losses;
}

/** The rows of one step after another, without end. */
function* drawSteps({ texts, batchSize }: TrainCausalOptions, random: Random): Generator<EncodedExample[], never> {
  if (texts.length === 0) throw new RangeError('there are no texts to learn from');
  let waiting: number[] = [];
  for (;;) {
    const rows: EncodedExample[] = [];
    while (rows.length < Math.min(batchSize, texts.length)) {
      if (waiting.length === 0) waiting = random.shuffle([...texts.keys()]);
      const index = waiting.pop() ?? 0;
      rows.push({ inputIds: texts[index], target: 0, index });
    }
    yield rows;
  }
}

/**
 * Texts as blocks of equal length, as GPT-2 was trained: one after another with the end of a text between them, cut regardless of where
 * one ends. What is left at the end is a shorter block, where it has a word to predict.
 */
export function textBlocks(texts: Iterable<string>, tokenizer: Tokenizer, length: number): Int32Array[] {
  const { endTokenId = tokenizer.padTokenId } = tokenizer;
  const blocks: Int32Array[] = [];
  let block: number[] = [];
  for (const text of texts) {
    for (const id of [...tokenizer.encodePiece(text), endTokenId]) {
      block.push(id);
      if (block.length < length) continue;
      blocks.push(Int32Array.from(block));
      block = [];
    }
  }
  if (block.length > 1) blocks.push(Int32Array.from(block));
  return blocks;
}
