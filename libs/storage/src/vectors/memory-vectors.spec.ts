import { MemoryVectors } from './memory-vectors';

const DIMENSION = 32;

/** Numbers that look like chance, always the same (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function unitVector(random: () => number): Float32Array {
  const raw = Array.from({ length: DIMENSION }, () => random() - 0.5);
  const length = Math.hypot(...raw);
  return Float32Array.from(raw, (value) => value / length);
}

const dot = (one: Float32Array, other: Float32Array): number => one.reduce((sum, value, place) => sum + value * other[place], 0);

describe('vectors in memory', () => {
  const random = numbers(7);
  const vectors = new Map(Array.from({ length: 2_000 }, (_, place) => [place + 1, unitVector(random)]));
  let index: MemoryVectors;
  beforeAll(async () => {
    const opened = await MemoryVectors.open(DIMENSION);
    if (opened === undefined) throw new Error('the native part does not load here');
    index = opened;
    for (const [id, vector] of vectors) index.add(id, vector);
  });

  const nearest = (query: Float32Array, limit: number, without: ReadonlySet<number> = new Set()): [number, number][] =>
    [...vectors]
      .filter(([id]) => !without.has(id))
      .map(([id, vector]): [number, number] => [id, dot(query, vector)])
      .sort((a, b) => b[1] - a[1])
      .slice(0, limit);

  it('are found by their dot product, nearest first, nearly all of those that are nearest', () => {
    let found = 0;
    for (let asked = 0; asked < 20; asked++) {
      const query = unitVector(random);
      const hits = index.search(query, 40);
      expect(hits).toHaveLength(40);
      for (const { id, cosine } of hits) expect(cosine).toBeCloseTo(dot(query, vectors.get(id) ?? query), 5);
      expect(hits.map(({ cosine }) => cosine)).toEqual(hits.map(({ cosine }) => cosine).toSorted((a, b) => b - a));
      const ids = new Set(hits.map(({ id }) => id));
      found += nearest(query, 40).filter(([id]) => ids.has(id)).length;
    }
    expect(found / (20 * 40)).toBeGreaterThan(0.8);
  });

  it('are found no more once they are removed, and as soon as they are put in', () => {
    const query = vectors.get(5) ?? unitVector(random);
    expect(index.search(query, 1)).toMatchObject([{ id: 5 }]);
    index.remove(5);
    index.remove(5);
    expect(index.has(5)).toBe(false);
    expect(index.search(query, 40).map(({ id }) => id)).not.toContain(5);
    index.add(9_007_199_254_740_991, query);
    expect(index.search(query, 1)).toMatchObject([{ id: 9_007_199_254_740_991 }]);
    expect(index.size).toBe(vectors.size);
    index.remove(9_007_199_254_740_991);
    index.add(5, query);
    expect(index.search(query, 1)).toMatchObject([{ id: 5 }]);
  });

  it('give as many as there are, and refuse another dimension', async () => {
    const few = await MemoryVectors.open(2);
    expect(few?.search(Float32Array.of(1, 0), 3)).toEqual([]);
    few?.add(1, Float32Array.of(0, 1));
    few?.add(1, Float32Array.of(1, 0));
    few?.add(2, Float32Array.of(0.6, 0.8));
    expect(few?.search(Float32Array.of(0, 1), 3).map(({ id }) => id)).toEqual([1, 2]);
    expect(few?.cosine(Float32Array.of(0, 1), 2)).toBeCloseTo(0.8, 6);
    expect(few?.cosine(Float32Array.of(0, 1), 3)).toBeUndefined();
    expect(() => few?.search(Float32Array.of(1), 3)).toThrow('none of an encoder with 2');
    expect(() => few?.add(3, Float32Array.of(1))).toThrow('none of an encoder with 2');
  });
});
