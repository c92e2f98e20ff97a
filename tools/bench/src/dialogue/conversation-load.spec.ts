import { arrivalTimes } from './conversation-load';

describe('times at which messages come due', () => {
  it('are as many a second as asked for, independent of each other, and the same again', () => {
    const next = arrivalTimes(1_000, 155);
    const again = arrivalTimes(1_000, 155);
    const times = Array.from({ length: 20_000 }, next);
    expect(times).toEqual(times.map(again));
    const gaps = times.map((time, place) => time - (place === 0 ? 1_000 : times[place - 1]));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(1_000 / mean).toBeCloseTo(155, -1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    // Of a Poisson process: gaps scatter as much as they are long, and a share of 1/e is longer than the mean.
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(1, 1);
    expect(gaps.filter((gap) => gap > mean).length / gaps.length).toBeCloseTo(Math.exp(-1), 1);
  });
});
