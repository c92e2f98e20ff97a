import { join } from 'node:path';
import { readRankingHead } from '@attune/artifact';
import type { ImpressionRecord, Recommendations } from '@attune/contracts';
import { Predictor } from '@attune/inference';
import { FEATURES, RankingModel, weightOf, type Interaction } from '@attune/ranking';
import { until, type RunningService } from '@attune/testing';
import { describeAtBothPlaces, RecommenderClient, START_TIMEOUT } from './running-recommender';

const TRAINED = { categories: {}, numbers: {}, events: 2, decayedEvents: 1.5, users: 1 };
const OPTIONS = { items: ['soup', 'brakes'].map((id) => ({ id, ...TRAINED })), pairs: [['soup', 'brakes']] } as const;

const CATALOGUE = [
  { id: 'sash', title: 'window', category: 'home', price: 4 },
  { id: 'tulips', title: 'tulip seed', category: 'garden', price: 12 },
  { id: 'roses', title: 'rose', category: 'garden', publishedAt: '2026-02-01T00:00:00Z' },
  { id: 'soup', title: 'soup bread', category: 'food', price: 7 },
  { id: 'brakes', title: 'brake wheel', category: 'cars', price: 90 },
];

describeAtBothPlaces('what scoring sees', 'attune_recommender_skew', OPTIONS, (place) => {
  let service: RunningService;
  const client = new RecommenderClient(() => service);
  /** Everything that was told, in the order of telling. */
  const told: (Interaction & { user: string })[] = [];

  async function tell(
    user: string,
    item: string,
    type: 'viewed' | 'purchased' | 'dismissed',
    minutesAgo: number,
    value?: number,
  ): Promise<void> {
    const at = Date.now() - 60_000 * minutesAgo;
    const event = { user, item, type, at: new Date(at).toISOString(), ...(value === undefined ? {} : { value }) };
    expect((await client.ask('POST', '/v1/events', event)).status).toBe(200);
    told.push({ user, item, type, at, ...(value === undefined ? {} : { value }) });
  }

  beforeAll(async () => {
    service = await RecommenderClient.start(place());
    // Told before the item is there, late and out of order.
    await tell('other', 'soup', 'purchased', 90, 3);
    for (const { id, ...item } of CATALOGUE) await client.put(id, item);
    await tell('reader', 'tulips', 'viewed', 1);
    await tell('reader', 'soup', 'purchased', 50);
    await tell('reader', 'sash', 'dismissed', 20);
    await tell('other', 'roses', 'viewed', 4_000);
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  it('is what is recomputed from the log of events, the catalogue and the head', async () => {
    const logOf = async ({ impressionId }: Recommendations) =>
      (await client.ask<ImpressionRecord>('GET', `/v1/impressions/${impressionId}`)).body;
    // Popularity follows the log: three soups and one, at 5 each, beside the 2 of training, and one look at the roses.
    await until(async () => {
      const { items } = await logOf(await client.recommend({ limit: 5 }));
      const popularityOf = (id: string) => items.find((item) => item.id === id)?.features.popularity;
      return popularityOf('soup') === Math.log1p(22) && popularityOf('roses') === Math.log1p(1);
    });
    const list = await client.recommend({ user: 'reader', limit: 5, seen: {} });
    const logged = await logOf(list);
    expect(logged.items.map(({ id }) => id)).toEqual(list.items.map(({ id }) => id));
    expect(logged.items).toHaveLength(5);

    const model = await modelOf(join(place().models, 'recommender', '1'));
    const scores = model.forUser({ interactions: told.filter(({ user }) => user === 'reader'), now: Date.parse(logged.at) });
    for (const { id, features, score } of logged.items) {
      const position = model.catalogue.placeOf(id) ?? -1;
      const recomputed = scores.features(position);
      FEATURES.forEach((name, at) => expect([id, name, features[name]]).toEqual([id, name, expect.closeTo(recomputed[at], 6)]));
      expect(score).toBeCloseTo(scores.score(position), 6);
    }
    expect(logged.items.some(({ features }) => features.collaborative > 0)).toBe(true);
    expect(logged.items.some(({ features }) => features.text > 0)).toBe(true);
    expect(logged.items.every(({ features }) => features.recentPopularity >= 0)).toBe(true);
  });

  /** A ranking made anew of the head, the catalogue as it was handed in, and the log. */
  async function modelOf(directory: string): Promise<RankingModel> {
    const model = new RankingModel(await readRankingHead(directory));
    const predictor = await Predictor.open(directory, { precision: 'int8', threads: 1 });
    const vectors = await predictor.embed(CATALOGUE.map(({ title }) => title));
    await predictor.close();
    CATALOGUE.forEach(({ id, category, price, publishedAt }, at) =>
      model.catalogue.upsert({
        id,
        vector: vectors[at],
        categories: { category: [category] },
        numbers: price === undefined ? {} : { price },
        ...(publishedAt === undefined ? {} : { publishedAt: Date.parse(publishedAt) }),
      }),
    );
    for (const event of told) {
      model.catalogue.popularity.record(
        model.catalogue.placeOf(event.item) ?? -1,
        event.at,
        weightOf(event, model.catalogue.scoring.behaviour),
      );
    }
    return model;
  }
});
