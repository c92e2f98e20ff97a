import type { RankingHead } from '@attune/artifact';
import { FEATURES } from './features';
import { RankingModel } from './ranking-model';

const DAY = 86_400_000;
const NOW = 1000 * DAY;

/** Four items in two categories; who took `a` takes `b`, and `d` was never seen. */
function head(): RankingHead {
  const item = (id: string, category: string, price: number, users: number): RankingHead['items'][number] => ({
    id,
    categories: { topic: [category] },
    numbers: { price },
    events: users,
    decayedEvents: users / 2,
    users,
    ...(users > 0 && { firstAt: NOW - 90 * DAY }),
  });
  const features = FEATURES.map((name) => ({ name, mean: 0.5, deviation: 2, weight: name === 'unseen' ? 0 : 1 }));
  return {
    scoring: {
      behaviour: { typeWeights: { dismissed: -1 }, defaultWeight: 1, recency: 5, tasteRecency: 5, longestHistory: 100, popularityDays: 30 },
      features,
      calibration: { scores: [-10, 10], probabilities: [0, 1] },
      numbers: { price: { mean: 10, deviation: 5 } },
      categories: ['topic'],
      trainedAt: NOW,
    },
    items: [item('a', 'news', 5, 4), item('b', 'news', 6, 2), item('c', 'sport', 20, 3), item('d', 'news', 5, 0)],
    textVectors: Float32Array.from([1, 0, 0.8, 0.6, 0, 1, 1, 0]),
    textWidth: 2,
    matchVectors: new Float32Array(0),
    matchWidth: 0,
    matchProjection: new Float32Array(0),
    collaborative: {
      neighbours: Int32Array.from([1, 2, 0, -1, 0, -1, -1, -1]),
      weights: Float32Array.from([0.9, 0.1, 0.9, 0, 0.1, 0, 0, 0]),
      width: 2,
    },
  };
}

describe('a ranking model', () => {
  const model = new RankingModel(head());
  const user = model.forUser({ interactions: [{ item: 'a', at: NOW - DAY }], now: NOW });

  it('ranks what goes with the history, what is seen left out', () => {
    expect(user.top(10).map(({ id }) => id)).toEqual(['b', 'd', 'c']);
    expect(user.top(10, { seen: 'include' }).map(({ id }) => id)).toContain('a');
    expect(user.top(10, { candidates: [2, 3] }).map(({ id }) => id)).toEqual(['d', 'c']);
    expect(user.top(10, { allow: (place) => place !== 1 }).map(({ id }) => id)).toEqual(['d', 'c']);
  });

  it('adds up its parts to the score, and maps it to a probability', () => {
    const parts = Object.values(user.parts(1)).reduce((sum, part) => sum + part, 0);
    const { score, probability } = user.scored(1);
    expect(score).toBeCloseTo(parts - ((FEATURES.length - 1) * 0.5) / 2, 10);
    expect(probability).toBeCloseTo((score + 10) / 20, 10);
    expect(user.all()[1]).toBe(score);
  });

  it('says what speaks for an item', () => {
    expect(user.evidence(1)).toEqual([
      { id: 'a', collaborative: expect.closeTo(0.9, 6) as number, text: expect.closeTo(0.8, 6) as number },
    ]);
  });

  it('turns round on a dislike', () => {
    const disliking = model.forUser({ interactions: [{ item: 'a', at: NOW - DAY, type: 'dismissed' }], now: NOW });
    expect(disliking.top(1)[0].id).toBe('c');
    expect(disliking.evidence(1)).toEqual([]);
  });

  it('has something for who is new', () => {
    expect(model.forUser({ interactions: [], now: NOW }).top(1)[0].id).toBe('a');
  });

  it('finds similar items and candidates', () => {
    expect(model.similar('a', 2).map(({ id }) => id)).toEqual(['b', 'd']);
    expect(model.similar('nothing', 2)).toEqual([]);
    expect(user.collaborativeCandidates(5)).toEqual([1, 2]);
    expect(user.collaborativeCandidates(1)).toEqual([1]);
  });

  it('refuses a head of features it does not know', () => {
    const other = head();
    other.scoring.features.push({ name: 'weather', mean: 0, deviation: 1, weight: 1 });
    expect(() => new RankingModel(other)).toThrow('weather');
  });
});

describe('a catalogue that changes', () => {
  it('scores new items at once, and lists removed ones no more', () => {
    const model = new RankingModel(head());
    const { catalogue } = model;
    const place = catalogue.upsert({
      id: 'e',
      vector: Float32Array.of(1, 0),
      categories: { topic: ['news'] },
      numbers: { price: 5 },
      publishedAt: NOW - DAY,
    });
    expect(place).toBe(4);
    for (let more = 0; more < 20; more++) catalogue.upsert({ id: `more ${more}` });
    const top = (): string[] =>
      model
        .forUser({ interactions: [{ item: 'a', at: NOW - DAY }], now: NOW })
        .top(3)
        .map(({ id }) => id);
    expect(top()).toContain('e');
    catalogue.remove('e');
    expect(top()).toEqual(['b', 'd', 'c']);
    catalogue.upsert({ id: 'e', vector: Float32Array.of(0, -1) });
    expect(catalogue.placeOf('e')).toBe(4);
    expect([...catalogue.textVector(4)]).toEqual([0, -1]);
    expect(catalogue.item(4)).toMatchObject({ categories: [], firstAt: NOW - DAY });
  });

  it('reads the text of an item anew where it has changed, and what comes of it', () => {
    const one = new RankingModel(head());
    const other = new RankingModel(head());
    const vectorOf = ({ catalogue }: RankingModel): number[][] => [[...catalogue.textVector(1)], [...catalogue.centredText(1)]];
    const before = vectorOf(one);
    const item = { id: 'b', categories: { topic: ['news'] }, numbers: { price: 6 } };
    one.catalogue.upsert({ ...item, vector: Float32Array.of(0.8, 0.6) });
    expect(vectorOf(one)).toEqual(before);
    one.catalogue.upsert({ ...item, vector: Float32Array.of(0, 1) });
    other.catalogue.upsert({ ...item, id: 'new', vector: Float32Array.of(0, 1) });
    expect(vectorOf(one)[0]).toEqual([0, 1]);
    expect(vectorOf(one)[1]).toEqual([...other.catalogue.centredText(4)]);
    one.catalogue.upsert(item);
    expect(vectorOf(one)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('adds up what a history says of others, once each, however its parts cancel out', () => {
    const { catalogue } = new RankingModel(head());
    const sums = catalogue.sumNeighbours([{ item: 0 }, { item: 0 }, { item: 0 }, { item: 2 }], [1, -1, 2, 10]);
    expect([...sums.places]).toEqual([0, 1, 2]);
    expect([0, 1, 2, 3].map((place) => sums.of(place))).toEqual([1, 1.8, 0.2, 0].map((sum) => expect.closeTo(sum, 6) as number));
    expect(catalogue.sumNeighbours([{ item: 1 }], [1]).of(2)).toBe(0);
  });

  it('counts what happens', () => {
    const { catalogue } = new RankingModel(head());
    catalogue.popularity.record(3, NOW, 2);
    expect([catalogue.popularity.total(3), catalogue.popularity.at(3, NOW)]).toEqual([2, 2]);
    expect(catalogue.popularity.at(0, NOW + 30 * DAY)).toBeCloseTo(2 / Math.E, 10);
    const difference = catalogue.popularity.standing(0) - catalogue.popularity.standing(1);
    expect(difference).toBeCloseTo(Math.log(2), 9);
    // Far enough ahead that the table moves its own reference.
    catalogue.popularity.record(2, NOW + 10_000 * DAY, 1);
    expect(catalogue.popularity.standing(0) - catalogue.popularity.standing(1)).toBeCloseTo(difference, 9);
    expect(catalogue.popularity.standing(9)).toBe(-Infinity);
    for (let event = 0; event < 1_000; event++) catalogue.popularity.record(9, NOW + event * 1_000, 0.1);
    for (let event = 999; event >= 0; event--) catalogue.popularity.forget(9, NOW + event * 1_000, 0.1);
    expect([catalogue.popularity.total(9), catalogue.popularity.standing(9)]).toEqual([0, -Infinity]);
  });
});
