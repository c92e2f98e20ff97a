import { Popularity } from './popularity';
import { PopularityLog } from './popularity-log';

const DAY = 86_400_000;

describe('popularity of the past', () => {
  const events = [0, 3, 8, 20].map((days) => ({ item: 2, at: days * DAY, weight: 1 + days }));
  const log = new PopularityLog([...events, { item: 0, at: 0, weight: -1 }], 5);

  it('is what a table kept up online held at the time', () => {
    const table = new Popularity(5, 100 * DAY);
    for (const { item, at, weight } of events) {
      table.record(item, at, weight);
      expect(log.at(2, at)).toBeCloseTo(table.at(2, at), 8);
    }
    expect(log.total(2)).toBe(table.total(2));
  });
  it('reads events by the ids of their items and the weights of their types, and leaves out items that the catalogue lacks', () => {
    const behaviour = {
      typeWeights: { bought: 3 },
      defaultWeight: 1,
      recency: 1,
      tasteRecency: 1,
      longestHistory: 9,
      popularityDays: 5,
    };
    const scoring = { behaviour, features: [], calibration: { scores: [], probabilities: [] }, numbers: {}, categories: [], trainedAt: 0 };
    const read = PopularityLog.of({ scoring, placeOf: (id) => (id === 'a' ? 7 : undefined) }, [
      { item: 'a', at: 0, type: 'bought', value: 2 },
      { item: 'a', at: 5 * DAY },
      { item: 'b', at: 0 },
    ]);
    expect(read.total(7)).toBe(7);
    expect(read.at(7, 5 * DAY)).toBeCloseTo(1 + 6 / Math.E, 12);
  });
  it('does not see what comes later', () => expect(log.at(2, -1)).toBe(0));
  it('is 0 for items without events', () => expect([log.at(0, DAY), log.total(0), log.at(9, DAY), log.total(9)]).toEqual([0, 0, 0, 0]));
});
