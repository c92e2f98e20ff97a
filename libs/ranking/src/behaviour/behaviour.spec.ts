import { Popularity } from '../catalogue/popularity';
import { readHistory, type Interaction } from './interaction';

const settings = {
  typeWeights: { viewed: 1, purchased: 3, dismissed: -1 },
  defaultWeight: 1,
  recency: 5,
  tasteRecency: 5,
  longestHistory: 3,
  popularityDays: 1,
};
const places = new Map([...'abcd'].map((id, place) => [id, place]));
const read = (interactions: Interaction[], now = 100): unknown => readHistory(interactions, now, settings, (id) => places.get(id));

describe('a history', () => {
  it('has the latest first, each item once, and nothing after now', () => {
    const interactions = [
      { item: 'a', at: 5, type: 'viewed' },
      { item: 'b', at: 90 },
      { item: 'a', at: 50, type: 'purchased' },
      { item: 'c', at: 101 },
      { item: 'unknown', at: 7 },
    ];
    const expected = [
      { item: 1, at: 90, weight: 1 },
      { item: 0, at: 50, type: 'purchased', weight: 4 },
    ];
    expect(read(interactions)).toEqual(expected);
    expect(read(interactions.reverse())).toEqual(expected);
  });
  it('ends with the longest that is looked at', () => {
    const interactions = [...'abcd'].map((item, at) => ({ item, at }));
    expect(read(interactions)).toEqual([3, 2, 1].map((item) => ({ item, at: item, weight: 1 })));
  });
  it('weighs by type and value', () => {
    expect(read([{ item: 'a', at: 1, type: 'dismissed', value: 2 }])).toEqual([{ item: 0, at: 1, type: 'dismissed', weight: -2 }]);
  });
});

describe('popularity', () => {
  const DAY = 86_400_000;
  it('does not mind the order of events', () => {
    const [early, late] = [new Popularity(1, 0), new Popularity(1, 5 * DAY)];
    const events = [0, 2, 4, 1].map((days) => days * DAY);
    for (const at of events) early.record(0, at, 2);
    for (const at of [...events].reverse()) late.record(0, at, 2);
    expect(early.at(0, 5 * DAY)).toBeCloseTo(2 * events.reduce((sum, at) => sum + Math.exp(at / DAY - 5), 0), 10);
    expect(late.at(0, 5 * DAY)).toBeCloseTo(early.at(0, 5 * DAY), 10);
    expect(late.total(0)).toBe(8);
  });
  it('stays finite years later, and forgets', () => {
    const table = new Popularity(1, 0);
    table.record(0, 0, 1);
    table.record(1, 1000 * DAY, 1);
    expect(table.at(1, 1000 * DAY)).toBeCloseTo(1, 10);
    expect(table.at(0, 1000 * DAY)).toBe(0);
    table.forget(1, 1000 * DAY, 1);
    expect([table.total(1), table.at(1, 1000 * DAY), table.total(9)]).toEqual([0, 0, 0]);
  });
});
