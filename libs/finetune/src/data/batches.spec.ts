import { Random } from '../random';
import { evaluationBatches, makeBatches, padBatch, type BatchOptions } from './batches';
import type { Batch, EncodedExample } from './example';

const PAD = 7;

function examplesOfLengths(lengths: number[]): EncodedExample[] {
  return lengths.map((length, index) => ({
    inputIds: Int32Array.from({ length }, (_, at) => 1000 * (index + 1) + at),
    target: index,
    index,
  }));
}

function randomExamples(random: Random, count: number): EncodedExample[] {
  return examplesOfLengths(Array.from({ length: count }, () => 2 + Math.floor(100 * random.uniform() ** 3)));
}

function paddingShare(batches: Batch[]): number {
  const padded = batches.reduce((sum, { rows, tokens }) => sum + rows * tokens, 0);
  return 1 - batches.reduce((sum, { lengths }) => sum + lengths.reduce((a, b) => a + b, 0), 0) / padded;
}

describe('padBatch', () => {
  it('pads to its own longest row', () => {
    const batch = padBatch(examplesOfLengths([2, 4, 1]), PAD);
    expect(batch).toEqual({
      rows: 3,
      tokens: 4,
      inputIds: Int32Array.of(1000, 1001, PAD, PAD, 2000, 2001, 2002, 2003, 3000, PAD, PAD, PAD),
      attentionMask: Int32Array.of(1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0),
      targets: Float32Array.of(0, 1, 2),
      lengths: Int32Array.of(2, 4, 1),
      indices: Int32Array.of(0, 1, 2),
    });
  });

  it('lays out vectors of targets and token types row by row', () => {
    const batch = padBatch(
      [
        { inputIds: Int32Array.of(1, 2), tokenTypeIds: Int32Array.of(0, 1), target: Float32Array.of(0, 1, 1), index: 4 },
        { inputIds: Int32Array.of(3, 4, 5), tokenTypeIds: Int32Array.of(0, 1, 1), target: Float32Array.of(1, 0, 0), index: 9 },
      ],
      PAD,
    );
    expect(batch.tokenTypeIds).toEqual(Int32Array.of(0, 1, 0, 0, 1, 1));
    expect(batch.targets).toEqual(Float32Array.of(0, 1, 1, 1, 0, 0));
    expect(batch.indices).toEqual(Int32Array.of(4, 9));
  });
});

describe('makeBatches', () => {
  const random = new Random(3);
  const cases = Array.from({ length: 40 }, () => ({
    count: 1 + random.integer(700),
    batchSize: 1 + random.integer(40),
    tokenBudget: 20 + random.integer(600),
    sort: random.uniform() < 0.5,
    shuffled: random.uniform() < 0.7,
  }));

  it.each(cases)('sees every example once, within the budget: %j', ({ count, batchSize, tokenBudget, sort, shuffled }) => {
    const examples = randomExamples(random, count);
    const steps = makeBatches(examples, { batchSize, tokenBudget, padTokenId: PAD, sort, ...(shuffled ? { random } : {}) });
    const indices = steps.flat().flatMap((batch) => [...batch.indices]);
    expect(indices.sort((a, b) => a - b)).toEqual(examples.map(({ index }) => index));
    const rowsOfSteps = steps.map((step) => step.reduce((sum, { rows }) => sum + rows, 0)).sort((a, b) => b - a);
    expect(rowsOfSteps.slice(0, -1).every((rows) => rows === batchSize)).toBe(true);
    for (const { rows, tokens, lengths, inputIds, indices: rowIndices } of steps.flat()) {
      expect(rows === 1 || rows * tokens <= tokenBudget).toBe(true);
      expect(tokens).toBe(Math.max(...lengths));
      for (let row = 0; row < rows; row++) expect(inputIds[row * tokens]).toBe(1000 * (rowIndices[row] + 1));
    }
  });

  const options = (seed: number): BatchOptions => ({
    batchSize: 16,
    tokenBudget: 4096,
    padTokenId: PAD,
    sort: true,
    random: new Random(seed),
  });

  it('gives the same steps for the same seed, others for another', () => {
    const examples = randomExamples(new Random(1), 500);
    const order = (seed: number): number[] =>
      makeBatches(examples, options(seed)).flatMap((step) => step.flatMap(({ indices }) => [...indices]));
    expect(order(5)).toEqual(order(5));
    expect(order(5)).not.toEqual(order(6));
  });

  it('leaves the given examples in their order', () => {
    const examples = randomExamples(new Random(1), 100);
    makeBatches(examples, options(5));
    expect(examples.map(({ index }) => index)).toEqual([...examples.keys()]);
  });

  it('pads little where rows are sorted, and mixes steps of all lengths', () => {
    const examples = randomExamples(new Random(1), 4000);
    const sorted = makeBatches(examples, options(5)).flat();
    const unsorted = makeBatches(examples, { ...options(5), sort: false }).flat();
    expect(paddingShare(sorted)).toBeLessThan(0.06);
    expect(paddingShare(unsorted)).toBeGreaterThan(0.4);
    const half = sorted.length / 2;
    const mean = (batches: Batch[]): number => batches.reduce((sum, { tokens }) => sum + tokens, 0) / batches.length;
    expect(mean(sorted.slice(0, half)) / mean(sorted.slice(half))).toBeCloseTo(1, 0);
  });
});

describe('evaluationBatches', () => {
  it('goes from the longest rows to the shortest, within the budget and the row limit', () => {
    const examples = randomExamples(new Random(2), 300);
    const batches = [...evaluationBatches(examples, { tokenBudget: 400, padTokenId: PAD, mostRows: 32 })];
    const lengths = batches.flatMap((batch) => [...batch.lengths]);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(batches.every(({ rows, tokens }) => rows * tokens <= 400 && rows <= 32)).toBe(true);
    expect(batches.flatMap((batch) => [...batch.indices]).sort((a, b) => a - b)).toEqual([...examples.keys()]);
  });
});
