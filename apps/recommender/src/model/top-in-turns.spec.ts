import { topInTurns } from './top-in-turns';

describe('topInTurns', () => {
  it('finds the largest over all parts, equal ones by their places', async () => {
    const values = Float64Array.from({ length: 10_001 }, (_, place) => (place * 7_919) % 10_007);
    const expected = [...values.keys()].sort((one, other) => values[other] - values[one] || one - other).slice(0, 50);
    expect(await topInTurns(values, 50, () => true)).toEqual(expected);
    expect(await topInTurns(new Float64Array(9_000).fill(3), 2, () => true)).toEqual([0, 1]);
  });

  it('passes over what is not allowed, and gives less where there is less', async () => {
    expect(await topInTurns(Float64Array.of(5, 0, 7, 0), 3, (value) => value > 0)).toEqual([2, 0]);
    expect(await topInTurns(new Float64Array(0), 3, () => true)).toEqual([]);
  });
});
