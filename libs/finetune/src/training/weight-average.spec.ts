import { equalAverage, movingAverage } from './weight-average';

/** The average after each update of the numbers given. */
function averages(share: (update: number) => number, numbers: readonly number[]): number[] {
  let average = 100;
  return numbers.map((value, i) => (average += share(i + 1) * (value - average)));
}

describe('the share of an average that an update takes over', () => {
  it('gives the equal average of what came after a step, and before that the value itself', () => {
    // Updates come every fourth step: the one at step 8 is the last before step 10.
    expect(averages(equalAverage(10), [1, 2, 3, 5, 10, 2])).toEqual([1, 2, 3, 5, 7.5, expect.closeTo(17 / 3, 10)]);
  });

  it('gives a moving average that forgets its start at once and is as long as asked for later', () => {
    expect(movingAverage(0.98)(1)).toBeCloseTo(1 - 2 / 11, 12);
    expect(movingAverage(0.98)(1000)).toBeCloseTo(1 - 0.98 ** 4, 12);
  });
});
