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
  it('does not see what comes later', () => expect(log.at(2, -1)).toBe(0));
  it('is 0 for items without events', () => expect([log.at(0, DAY), log.total(0), log.at(9, DAY), log.total(9)]).toEqual([0, 0, 0, 0]));
});
