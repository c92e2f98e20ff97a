import type { Example } from '../data/example';
import { Random } from '../random';
import { ReplayBuffer, type ReplaySampling } from './replay-buffer';

/** Rows of classes one after the other, as a stream of tasks brings them. */
function stream(counts: Record<string, number>): Example[] {
  return Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i): Example => ({ text: `${label} ${i}`, label, row: i + 1 })),
  );
}

function keep(rows: readonly Example[], size: number, sampling: ReplaySampling, seed = 1): Example[] {
  const buffer = new ReplayBuffer(size, sampling, new Random(seed));
  for (const row of rows) buffer.add(row);
  return buffer.rows();
}

function countOf(rows: readonly Example[], label: string): number {
  return rows.filter((row) => row.label === label).length;
}

describe.each(['reservoir', 'class-balanced'] as const)('a %s buffer', (sampling) => {
  it('keeps everything until it is full, and then no more than its size, each row once', () => {
    const rows = stream({ a: 30, b: 50 });
    expect(keep(rows.slice(0, 20), 20, sampling)).toEqual(rows.slice(0, 20));
    const kept = keep(rows, 20, sampling);
    expect(kept).toHaveLength(20);
    expect(new Set(kept).size).toBe(20);
    expect(keep(rows, 20, sampling)).toEqual(kept);
    expect(keep(rows, 20, sampling, 2)).not.toEqual(kept);
  });

  it('keeps early and late rows of a class alike', () => {
    const rows = stream({ a: 100, b: 100 });
    const kept = Array.from({ length: 60 }, (_, seed) => keep(rows, 20, sampling, seed)).flat();
    const rowsOfA = kept.filter(({ label }) => label === 'a').map(({ row }) => row);
    const early = rowsOfA.filter((row) => row <= 50).length / rowsOfA.length;
    expect(early).toBeGreaterThan(0.42);
    expect(early).toBeLessThan(0.58);
  });
});

it('has rows of a rare class by chance where it is a reservoir, and as many as of the others where it is balanced', () => {
  const rows = stream({ often: 900, rare: 12, late: 300 });
  expect(countOf(keep(rows, 30, 'reservoir'), 'often')).toBeGreaterThan(15);
  const balanced = keep(rows, 30, 'class-balanced');
  expect(['often', 'rare', 'late'].map((label) => countOf(balanced, label))).toEqual([10, 10, 10]);
  // A class with fewer rows than its part keeps all of them.
  expect(countOf(keep(stream({ a: 100, b: 3, c: 100 }), 30, 'class-balanced'), 'b')).toBe(3);
});
