import type { Random } from '../random';
import type { Batch, EncodedExample } from './example';

/** How the rows of an epoch become optimiser steps. */
export interface BatchOptions {
  /** Rows an optimiser step sees. */
  batchSize: number;
  /** Most tokens of a micro-batch, padding counted: rows × longest row. A single longer row is a micro-batch of its own. */
  tokenBudget: number;
  /** Fills the short rows of a batch. */
  padTokenId: number;
  /** Shuffles rows and steps; without it the order is that of the examples. */
  random?: Random;
  /** Puts rows of like length in one step. */
  sort: boolean;
}

/** Steps within which rows are sorted by length: long enough to save padding, short enough to keep the order random. */
const STEPS_SORTED_TOGETHER = 50;

const lengthOf = (example: EncodedExample): number => example.inputIds.length;

/** Pads rows to the longest of them. Targets are `[rows]`, or `[rows × labels]` where they are vectors. */
export function padBatch(examples: EncodedExample[], padTokenId: number): Batch {
  const rows = examples.length;
  const tokens = examples.reduce((longest, example) => Math.max(longest, lengthOf(example)), 0);
  const targetWidth = examples.reduce((width, { target }) => Math.max(width, typeof target === 'number' ? 1 : target.length), 0);
  const batch: Batch = {
    rows,
    tokens,
    inputIds: new Int32Array(rows * tokens).fill(padTokenId),
    attentionMask: new Int32Array(rows * tokens),
    targets: new Float32Array(rows * targetWidth),
    lengths: new Int32Array(rows),
    indices: new Int32Array(rows),
  };
  const tokenTypeIds = examples.some((example) => example.tokenTypeIds) ? new Int32Array(rows * tokens) : undefined;
  examples.forEach((example, row) => {
    const start = row * tokens;
    batch.inputIds.set(example.inputIds, start);
    batch.attentionMask.fill(1, start, start + lengthOf(example));
    if (example.tokenTypeIds) tokenTypeIds?.set(example.tokenTypeIds, start);
    if (typeof example.target === 'number') batch.targets[row * targetWidth] = example.target;
    else batch.targets.set(example.target, row * targetWidth);
    batch.lengths[row] = lengthOf(example);
    batch.indices[row] = example.index;
  });
  if (tokenTypeIds) batch.tokenTypeIds = tokenTypeIds;
  return batch;
}

/** A batch with `promptTokens` places of a soft prompt before each row; they count as real tokens of the first type. */
export function withPromptPlaces(batch: Batch, promptTokens: number, padTokenId: number): Batch {
  if (promptTokens === 0) return batch;
  const tokens = batch.tokens + promptTokens;
  const widened = (values: Int32Array, filler: number): Int32Array => {
    const result = new Int32Array(batch.rows * tokens).fill(filler);
    for (let row = 0; row < batch.rows; row++)
      result.set(values.subarray(row * batch.tokens, (row + 1) * batch.tokens), row * tokens + promptTokens);
    return result;
  };
  return {
    ...batch,
    tokens,
    promptTokens,
    inputIds: widened(batch.inputIds, padTokenId),
    attentionMask: widened(batch.attentionMask, 1),
    ...(batch.tokenTypeIds && { tokenTypeIds: widened(batch.tokenTypeIds, 0) }),
    lengths: batch.lengths.map((length) => length + promptTokens),
  };
}

function chunk<T>(items: T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size));
  return chunks;
}

export const longestFirst = (a: EncodedExample, b: EncodedExample): number => lengthOf(b) - lengthOf(a);

/** Cuts rows, in their order, where one more would pass the budget. */
export function cutByTokens(rows: EncodedExample[], tokenBudget: number, mostRows = Infinity): EncodedExample[][] {
  const parts: EncodedExample[][] = [];
  let part: EncodedExample[] = [];
  let longest = 0;
  for (const row of rows) {
    const longestWith = Math.max(longest, lengthOf(row));
    if (part.length > 0 && ((part.length + 1) * longestWith > tokenBudget || part.length === mostRows)) {
      parts.push(part);
      part = [];
    }
    longest = part.length === 0 ? lengthOf(row) : longestWith;
    part.push(row);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

/**
 * The rows of one epoch's optimiser steps, each step as micro-batches within the token budget, not yet padded. With a generator,
 * rows are shuffled, sorted by length among about fifty steps' worth, cut into steps, and the steps shuffled. Every example
 * is in exactly one micro-batch.
 */
export function planBatches(
  examples: EncodedExample[],
  { batchSize, tokenBudget, random, sort }: Omit<BatchOptions, 'padTokenId'>,
): EncodedExample[][][] {
  const order = random ? random.shuffle([...examples]) : [...examples];
  const sorted = sort ? chunk(order, batchSize * STEPS_SORTED_TOGETHER).flatMap((rows) => rows.sort(longestFirst)) : order;
  const steps = chunk(sorted, batchSize);
  if (random && sort) random.shuffle(steps);
  return steps.map((rows) => cutByTokens(sort ? rows : [...rows].sort(longestFirst), tokenBudget));
}

/** {@link planBatches}, padded: optimiser steps, each a list of micro-batches. */
export function makeBatches(examples: EncodedExample[], options: BatchOptions): Batch[][] {
  return planBatches(examples, options).map((step) => step.map((rows) => padBatch(rows, options.padTokenId)));
}

/**
 * Batches for evaluation, longest rows first, each within the token budget and of at most `mostRows` rows; `indices` say which
 * example a row is. Padded one at a time, as they are asked for.
 */
export function* evaluationBatches(
  examples: EncodedExample[],
  options: { tokenBudget: number; padTokenId: number; mostRows?: number },
): Generator<Batch> {
  const sorted = [...examples].sort(longestFirst);
  for (const rows of cutByTokens(sorted, options.tokenBudget, options.mostRows)) yield padBatch(rows, options.padTokenId);
}
