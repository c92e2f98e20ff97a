import { splitBehaviour } from './split-behaviour';

const events = [
  ...[5, 1, 2, 3, 4].map((at) => ({ user: 'a', at })),
  ...[10, 10, 10].map((at, row) => ({ user: 'b', at, row })),
  { user: 'c', at: 7 },
];
const later = (strategy: 'time' | 'moment' | 'last' | 'random', share: number, uniform?: () => number): object[] =>
  splitBehaviour(events, { strategy, share, uniform }).later;

describe('setting later behaviour aside', () => {
  it("takes each user's latest share, and nothing of who has one event", () => {
    expect(later('time', 0.4)).toEqual([
      { user: 'a', at: 5 },
      { user: 'a', at: 4 },
      { user: 'b', at: 10, row: 2 },
    ]);
  });
  it("takes each user's last event", () =>
    expect(later('last', 0.9)).toEqual([
      { user: 'a', at: 5 },
      { user: 'b', at: 10, row: 2 },
    ]));
  it('takes all after one moment, events of one moment together', () => {
    expect(later('moment', 0.4)).toEqual(events.slice(5));
    expect(later('moment', 0.2)).toEqual([]);
  });
  it('takes any at random', () => {
    let turn = 0;
    expect(later('random', 0.5, () => (turn++ % 2 === 0 ? 0.1 : 0.9))).toEqual(events.filter((_, place) => place % 2 === 0));
  });
  it('loses nothing', () => {
    const split = splitBehaviour(events, { strategy: 'time', share: 0.3 });
    expect(split.earlier.length + split.later.length).toBe(events.length);
  });
});
