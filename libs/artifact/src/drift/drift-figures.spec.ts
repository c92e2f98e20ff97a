import { embeddingShift, stabilityIndex } from './drift-figures';

/** A generator of its own, so that the same vectors come each time (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function sumOf(vectors: readonly (readonly number[])[]) {
  const sum = vectors[0].map((_, at) => vectors.reduce((total, vector) => total + vector[at], 0));
  return { rows: vectors.length, sum };
}

describe('the stability index', () => {
  // Figures of the formula, computed apart.
  it.each([
    [[500, 300, 200], [400, 400, 200], 0.046939575115328286],
    [[50, 30, 20], [40, 40, 20], 0.009679473169255971],
    [[0, 0, 100], [100, 0, 0], 10.409861887801135],
    // Ten rows a side say nothing.
    [[5, 3, 2], [4, 4, 2], 0],
  ])('of %j beside %j is %d', (counts, reference, expected) => {
    expect(stabilityIndex(counts, reference)).toBeCloseTo(expected, 12);
  });

  it('is 0 where there is nothing to compare', () => {
    expect(stabilityIndex([0, 0], [5, 5])).toBe(0);
    expect(stabilityIndex([5], [5])).toBe(0);
  });

  it('stays near 0 for samples of one distribution, however small they are', () => {
    const draw = uniform(5);
    const sample = (rows: number): number[] => {
      const counts = new Array<number>(10).fill(0);
      for (let row = 0; row < rows; row++) counts[Math.floor(draw() * 10)]++;
      return counts;
    };
    for (const rows of [200, 500, 5_000]) {
      const indices = Array.from({ length: 100 }, () => stabilityIndex(sample(rows), sample(300)));
      expect(indices.reduce((sum, index) => sum + index, 0) / 100).toBeLessThan(0.02);
    }
  });
});

describe('the shift of embeddings', () => {
  const one = [
    [1, 0],
    [0.6, 0.8],
    [0.8, 0.6],
    [0, 1],
  ];
  const other = [
    [0, 1],
    [-0.6, 0.8],
    [0, 1],
    [-0.8, 0.6],
  ];

  it('is the distance of the means over the spread, without noise', () => {
    // As computed from the covariances themselves.
    expect(embeddingShift(sumOf(other), sumOf(one))).toBeCloseTo(
      Math.sqrt((0.95 ** 2 + 0.25 ** 2 - (0.20666666666666667 + 0.37333333333333335) / 4) / 0.37333333333333335),
      12,
    );
    expect(embeddingShift(sumOf(one), sumOf(one))).toBe(0);
  });

  it('stays near 0 for two samples of the same texts, and grows with what is new', () => {
    const draw = uniform(11);
    const width = 32;
    const vector = (lean: number): number[] => {
      const values = Array.from({ length: width }, (_, at) => draw() - 0.5 + (at === 0 ? lean : 0));
      const length = Math.hypot(...values);
      return values.map((value) => value / length);
    };
    const sample = (rows: number, lean = 0) => sumOf(Array.from({ length: rows }, () => vector(lean)));
    const reference = sample(300);
    for (const rows of [50, 300, 2_000]) expect(embeddingShift(sample(rows), reference)).toBeLessThan(0.06);
    const [some, much] = [0.3, 1.5].map((lean) => embeddingShift(sample(500, lean), reference));
    expect(some).toBeGreaterThan(0.12);
    expect(much).toBeGreaterThan(2 * some);
  });

  it('is 0 where there are no texts', () => {
    expect(embeddingShift({ rows: 0, sum: [0, 0] }, sumOf(one))).toBe(0);
  });
});
