import { chooseThresholds } from './thresholds';

/** The columns of a matrix, interleaved into rows. */
function columns(...series: number[][]): number[] {
  return series[0].flatMap((_, row) => series.map((column) => column[row]));
}

describe('chooseThresholds', () => {
  it('separates each label where its F1 is largest', () => {
    const high = Array.from({ length: 20 }, (_, row) => 0.6 + row / 100);
    const low = Array.from({ length: 20 }, (_, row) => 0.1 + row / 100);
    const highTargets = high.map((probability) => (probability > 0.695 ? 1 : 0));
    const lowTargets = low.map((probability) => (probability > 0.195 ? 1 : 0));
    const [first, second] = chooseThresholds(columns(high, low), columns(highTargets, lowTargets), 2);
    expect(first).toBeCloseTo(0.695, 6);
    expect(second).toBeCloseTo(0.195, 6);
  });

  it('takes 0.5 where it is as good as any other', () => {
    const probabilities = Array.from({ length: 24 }, (_, row) => (row < 12 ? 0.05 : 0.95));
    const targets = probabilities.map((probability) => (probability > 0.5 ? 1 : 0));
    expect(chooseThresholds(probabilities, targets, 1)).toEqual([0.5]);
  });

  it('gives rare labels the threshold of all', () => {
    const frequent = Array.from({ length: 30 }, (_, row) => row / 30);
    const rare = frequent.map(() => 0.01);
    const [, threshold] = chooseThresholds(
      columns(frequent, rare),
      columns(
        frequent.map((probability) => (probability > 0.3 ? 1 : 0)),
        rare.map(() => 0),
      ),
      2,
    );
    expect(threshold).toBeGreaterThan(0.25);
    expect(threshold).toBeLessThan(0.35);
  });

  it('is 0.5 where nothing is positive', () => {
    expect(chooseThresholds([0.1, 0.2], [0, 0], 1)).toEqual([0.5]);
  });
});
