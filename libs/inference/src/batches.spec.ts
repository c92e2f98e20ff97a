import { planBatches } from './batches';

function cost(batches: number[][], lengths: number[]): number {
  return batches.reduce((sum, rows) => sum + 24 + rows.length * Math.max(...rows.map((row) => lengths[row])), 0);
}

/** Every way to cut a sorted list, the cheapest of them. */
function cheapest(sorted: number[], budget: number): number {
  if (sorted.length === 0) return 0;
  let best = Infinity;
  for (let size = 1; size <= sorted.length; size++) {
    const longest = sorted[size - 1];
    if (size > 1 && size * longest > budget) break;
    best = Math.min(best, 24 + size * longest + cheapest(sorted.slice(size), budget));
  }
  return best;
}

describe('planBatches', () => {
  const lengths = [9, 30, 3, 9, 12, 4, 64, 9, 31, 3, 5, 12];

  it('takes every row once', () => {
    const rows = planBatches(lengths, { tokenBudget: 64 }).flat();
    expect([...rows].sort((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
  });

  it('keeps within the budget, padding counted', () => {
    for (const rows of planBatches(lengths, { tokenBudget: 64 })) {
      expect(rows.length * Math.max(...rows.map((row) => lengths[row]))).toBeLessThanOrEqual(64);
    }
  });

  it.each([40, 64, 100, 1000])('is as cheap as the cheapest of all cuts, with a budget of %d', (tokenBudget) => {
    const sorted = [...lengths].sort((a, b) => a - b);
    expect(cost(planBatches(lengths, { tokenBudget }), lengths)).toBe(cheapest(sorted, tokenBudget));
  });

  it('gives a row over the budget a batch of its own', () => {
    expect(planBatches([100, 5, 200], { tokenBudget: 50 })).toEqual([[1], [0], [2]]);
  });

  it('makes no batch of no rows', () => {
    expect(planBatches([], { tokenBudget: 50 })).toEqual([]);
  });
});
