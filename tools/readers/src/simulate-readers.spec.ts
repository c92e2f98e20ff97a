import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { BEHAVIOUR_TYPES } from '@attune/contracts';
import { toCsv } from './event-file';
import { readArticles, type Article } from './read-articles';
import { DEFAULT_SIMULATION, simulateReaders, WEEK, type SimulatedEvent } from './simulate-readers';

const ARTICLES = join(__dirname, '../../../apps/recommender/head/articles.csv');
const START = Date.parse('2025-09-01T00:00:00Z');
const END = START + DEFAULT_SIMULATION.weeks * WEEK;
const MIDDLE = START + (DEFAULT_SIMULATION.weeks / 2) * WEEK;

let articles: Article[];
let events: SimulatedEvent[];
let published: Map<string, Article>;

beforeAll(async () => {
  articles = await readArticles(ARTICLES);
  events = simulateReaders(articles);
  published = new Map(articles.map((article) => [article.item, article]));
});

const categoryOf = (item: string): string => published.get(item)?.category ?? '';
const views = (): SimulatedEvent[] => events.filter(({ type }) => type === 'viewed');

function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

const counts = (keys: readonly string[]): Map<string, number> =>
  new Map([...grouped(keys, (key) => key)].map(([key, group]) => [key, group.length]));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the events of the example readers', () => {
  it('are about 20,000, of all 300 readers', () => {
    expect(events.length).toBeGreaterThan(18_000);
    expect(events.length).toBeLessThan(22_000);
    expect(new Set(events.map(({ user }) => user)).size).toBe(300);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(simulateReaders(articles)).toEqual(events);
    const firstRows = (rows: readonly SimulatedEvent[]): string =>
      createHash('sha256')
        .update(toCsv(rows.slice(0, 200)))
        .digest('hex');
    expect(firstRows(events)).toBe('4d8f0aa407c8fbf18fb3e012fb9316d520c71f77dcbb5398fd346503bf80f387');
    expect(firstRows(simulateReaders(articles, { seed: 43 }))).not.toBe(firstRows(events));
  });

  it('stand in the order of time, within the 26 weeks and after the publication', () => {
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(times[0]).toBeGreaterThanOrEqual(START);
    expect(times[times.length - 1]).toBeLessThan(END);
    expect(events.filter(({ item, at }) => at < (published.get(item)?.publishedAt ?? Infinity))).toEqual([]);
    expect(times.filter((at) => at % 1000 !== 0)).toEqual([]);
  });

  it('have every type, readings most often and purchases least', () => {
    const found = counts(events.map(({ type }) => type));
    expect([...found.keys()].sort()).toEqual([...BEHAVIOUR_TYPES].sort());
    const share = (type: string): number => (found.get(type) ?? 0) / (found.get('viewed') ?? 1);
    expect(share('clicked')).toBeCloseTo(0.6, 1);
    for (const [type, least, most] of [
      ['shared', 0.03, 0.06],
      ['commented', 0.02, 0.05],
      ['purchased', 0.005, 0.015],
      ['dismissed', 0.04, 0.1],
    ] as const) {
      expect(share(type)).toBeGreaterThan(least);
      expect(share(type)).toBeLessThan(most);
    }
  });

  it('happen once a reader, article and type, and only readings have a value', () => {
    expect(Math.max(...counts(events.map(({ user, item, type }) => `${user} ${item} ${type}`)).values())).toBe(1);
    const isRight = ({ type, value }: SimulatedEvent): boolean =>
      type === 'viewed' ? value !== undefined && value > 0 && value <= 1 : value === undefined;
    expect(events.filter((event) => !isRight(event))).toEqual([]);
  });

  it('follow each other as they would: a click before the reading, reactions after it, and nothing but a dismissal of what is dismissed', () => {
    const orders = [...grouped(events, ({ user, item }) => `${user} ${item}`).values()].map((own) => own.map(({ type }) => type).join(' '));
    expect(orders.filter((types) => !/^(dismissed|(clicked )?viewed( commented)?( shared)?( purchased)?)$/.test(types))).toEqual([]);
  });

  it('leave some readers with few of them and some articles to the last weeks', () => {
    const own = [...grouped(events, ({ user }) => user).values()].map(({ length }) => length);
    expect(own.filter((count) => count < 5).length).toBeGreaterThanOrEqual(10);
    expect(own.filter((count) => count > 150).length).toBeGreaterThanOrEqual(10);
    const cut = END - 4 * WEEK;
    const earlier = new Set(events.filter(({ at }) => at < cut).map(({ item }) => item));
    const unseen = new Set(events.filter(({ at, item }) => at >= cut && !earlier.has(item)).map(({ item }) => item));
    expect(unseen.size).toBeGreaterThanOrEqual(15);
  });

  it('favour what is popular: the tenth of the articles that is read most has well above a tenth of the readings', () => {
    const readings = [...counts(views().map(({ item }) => item)).values()].sort((one, other) => other - one);
    const ofTenth = readings.slice(0, 20).reduce((sum, count) => sum + count, 0);
    expect(ofTenth / views().length).toBeGreaterThan(0.15);
    expect(readings.length).toBe(articles.length);
  });
});

describe('the taste of the example readers', () => {
  /** Readers with ten readings and more in either half, with the places of those. */
  const halves = (): { before: string[]; after: string[] }[] =>
    [...grouped(views(), ({ user }) => user).values()]
      .map((own) => ({
        before: own.filter(({ at }) => at < MIDDLE).map(({ item }) => item),
        after: own.filter(({ at }) => at >= MIDDLE).map(({ item }) => item),
      }))
      .filter(({ before, after }) => before.length >= 10 && after.length >= 10);

  it('lasts: what appears later in the category read most before is read more often than the rest, by most readers', () => {
    const later = articles.filter(({ publishedAt }) => publishedAt >= MIDDLE);
    const readers = halves();
    const rate = (of: readonly Article[], read: readonly string[]): number => mean(of.map(({ item }) => (read.includes(item) ? 1 : 0)));
    const faithful = readers.filter(({ before, after }) => {
      const [[favourite]] = [...counts(before.map(categoryOf))].sort((one, other) => other[1] - one[1]);
      const own = later.filter(({ category }) => category === favourite);
      const rest = later.filter(({ category }) => category !== favourite);
      return rate(own, after) > rate(rest, after);
    });
    expect(readers.length).toBeGreaterThan(80);
    expect(faithful.length / readers.length).toBeGreaterThan(0.7);
  });

  it('foretells what is read later better than popularity does, and better than chance', () => {
    const popularity = counts(
      views()
        .filter(({ at }) => at < MIDDLE)
        .map(({ item }) => item),
    );
    const hits = (by: 'taste' | 'popularity' | 'nothing'): number =>
      mean(
        halves().map(({ before, after }) => {
          const taste = counts(before.map(categoryOf));
          const score = ({ item, category }: Article): number =>
            by === 'taste' ? (taste.get(category) ?? 0) : by === 'popularity' ? (popularity.get(item) ?? 0) : 0;
          const unread = articles.filter(({ item }) => !before.includes(item));
          const shown = unread.sort((one, other) => score(other) - score(one)).slice(0, 20);
          return shown.filter(({ item }) => after.includes(item)).length / 20;
        }),
      );
    expect(hits('taste')).toBeGreaterThan(1.5 * hits('popularity'));
    expect(hits('taste')).toBeGreaterThan(1.5 * hits('nothing'));
  });

  it('shows in how an article is read: more of it where its category is a favourite', () => {
    const shares = [...grouped(views(), ({ user }) => user).values()]
      .filter((own) => own.length >= 30)
      .map((own) => {
        const [[favourite]] = [...counts(own.map(({ item }) => categoryOf(item)))].sort((one, other) => other[1] - one[1]);
        const read = (isFavourite: boolean): number =>
          mean(own.filter(({ item }) => (categoryOf(item) === favourite) === isFavourite).map(({ value = 0 }) => value));
        return read(true) - read(false);
      });
    expect(mean(shares)).toBeGreaterThan(0.05);
  });

  it('is drowned by noise where that decides everything', () => {
    const favourites = (noise: number): number => {
      const read = simulateReaders(articles, { noise, readers: 100 }).filter(({ type }) => type === 'viewed');
      const own = [...grouped(read, ({ user }) => user).values()].filter(({ length }) => length >= 30 && length <= 60);
      return mean(own.map((events) => Math.max(...counts(events.map(({ item }) => categoryOf(item))).values()) / events.length));
    };
    expect(favourites(0)).toBeGreaterThan(favourites(0.5));
    expect(favourites(0.5)).toBeGreaterThan(favourites(1));
    expect(favourites(1)).toBeLessThan(0.2);
  });
});

describe('a simulation', () => {
  it('takes other numbers of readers and weeks, and a beginning', () => {
    const start = Date.parse('2026-01-05T00:00:00Z');
    const few = simulateReaders(articles, { readers: 5, weeks: 2, start });
    expect(new Set(few.map(({ user }) => user))).toEqual(new Set(['reader-001', 'reader-002', 'reader-003', 'reader-004', 'reader-005']));
    expect(few.filter(({ at }) => at < start || at >= start + 2 * WEEK)).toEqual([]);
  });

  it('ends for a reader who has read everything', () => {
    const only = articles.slice(0, 1);
    const readers = simulateReaders(only, { readers: 20, noise: 0 });
    expect(readers.length).toBeGreaterThan(0);
    expect(Math.max(...counts(readers.map(({ user, type }) => `${user} ${type}`)).values())).toBe(1);
  });
});
