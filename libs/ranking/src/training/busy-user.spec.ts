import { PopularityLog } from '../catalogue/popularity-log';
import { buildCatalogue } from './build-catalogue';
import type { UserEvent } from './test-users';

const EVENTS = 50_000;
const SECOND = 1_000;
const BEHAVIOUR = { typeWeights: {}, defaultWeight: 1, recency: 5, tasteRecency: 5, longestHistory: 100, popularityDays: 30 };

describe('a user of very many events', () => {
  /** Of 300 items in turn, an event a second, and one event of somebody else. */
  const events: UserEvent[] = Array.from({ length: EVENTS }, (_, at) => ({ user: 'robot', item: `i${String(at % 300)}`, at: at * SECOND }));
  events.push({ user: 'other', item: 'i0', at: 0 });
  const described = Array.from({ length: 300 }, (_, at) => ({ id: `i${String(at)}`, categories: {}, numbers: {} }));

  it('is learnt from by the latest items alone, each once, with the weight of all its events', () => {
    const { sequences, items } = buildCatalogue(described, events, BEHAVIOUR, []);
    const [{ entries }, other] = sequences;
    expect(entries).toHaveLength(BEHAVIOUR.longestHistory);
    expect(entries.at(-1)).toMatchObject({ item: (EVENTS - 1) % 300, at: (EVENTS - 1) * SECOND });
    expect(entries.reduce((sum, { weight }) => sum + weight, 0)).toBe(167 * BEHAVIOUR.longestHistory);
    expect(other.entries).toHaveLength(1);
    expect(items.reduce((sum, item) => sum + item.events, 0)).toBe(EVENTS + 1);
    // Of items, a user counts once, and those that were left out not at all.
    expect(items.reduce((sum, { users }) => sum + users, 0)).toBe(BEHAVIOUR.longestHistory + 1);
  });

  it('costs no more to look at in the log than one of few', () => {
    const often = new PopularityLog(
      Array.from({ length: EVENTS }, (_, at) => ({ item: 0, at: at * SECOND, weight: 1 })),
      30,
    );
    // A geometric sum; with a walk through the events for each look this would be 10⁹ exponentials.
    const rate = SECOND / (30 * 86_400_000);
    for (let look = 0; look < 20_000; look++) {
      const last = (look * 7_919) % EVENTS;
      const expected = Math.expm1(-rate * (last + 1)) / Math.expm1(-rate);
      if (Math.abs(often.at(0, last * SECOND) / expected - 1) > 1e-9) throw new Error(`at ${String(last)}`);
    }
    expect(often.total(0)).toBe(EVENTS);
  });
});
