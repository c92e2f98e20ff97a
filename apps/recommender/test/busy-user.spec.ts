import type { ImpressionRecord, UserProfile } from '@attune/contracts';
import { until, type RunningService } from '@attune/testing';
import { describeOnPostgres, RecommenderClient, START_TIMEOUT } from './running-recommender';

/** More than the service looks at for a list, and more than it deletes at once. */
const EVENTS = 25_000;
const EVENTS_OF_A_REQUEST = 1_000;
/** The item of which all but a few are. */
const OFTEN = 'sash';

describeOnPostgres('a user of very many events', 'attune_recommender_busy', {}, (place) => {
  let service: RunningService;
  const client = new RecommenderClient(() => service);
  const now = Date.now();

  beforeAll(async () => {
    service = await RecommenderClient.start(place());
    await client.put(OFTEN, { title: 'Window', text: 'window', category: 'home' });
    await client.put('hinge', { title: 'Door', text: 'door', category: 'home' });
    await client.put('tulips', { title: 'Tulip', text: 'tulip', category: 'garden' });
    await client.put('derby', { title: 'The match', text: 'goal', category: 'sport' });
    // The first is of an item of its own, and so is the last.
    const itemOf = (number: number): string => (number === 0 ? 'derby' : number === EVENTS - 1 ? 'tulips' : OFTEN);
    for (let from = 0; from < EVENTS; from += EVENTS_OF_A_REQUEST) {
      const events = Array.from({ length: EVENTS_OF_A_REQUEST }, (_, at) => ({
        user: 'robot',
        item: itemOf(from + at),
        type: 'viewed',
        at: new Date(now - 1_000 * (EVENTS - from - at)).toISOString(),
      }));
      const { body } = await client.ask('POST', '/v1/events', { events });
      expect(body).toMatchObject({ accepted: EVENTS_OF_A_REQUEST });
    }
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  const profile = () => client.ask<UserProfile>('GET', '/v1/users/robot');

  it('is kept whole, and counted', async () => {
    const { body } = await profile();
    expect(body).toMatchObject({ events: EVENTS, eventsByType: { viewed: EVENTS } });
    expect(body.recent).toHaveLength(50);
  });

  it('is listed for by the latest of them, and what was seen long before them may be listed again', async () => {
    const list = await client.recommend({ user: 'robot', limit: 10 });
    expect(list.basis).toBe('personal');
    expect(list.items.map(({ id }) => id).sort()).toEqual(['derby', 'hinge']);
  });

  it(
    'counts as much in another process that adds it up anew',
    async () => {
      const popularityOf = async (id: string) => {
        const { impressionId } = await client.recommend({ limit: 3 });
        const { body } = await client.ask<ImpressionRecord>('GET', `/v1/impressions/${impressionId}`);
        return body.items.find((item) => item.id === id)?.features.popularity;
      };
      await until(async () => (await popularityOf(OFTEN)) === Math.log1p(EVENTS - 2));
      await service.stop();
      service = await RecommenderClient.start(place());
      expect(await popularityOf(OFTEN)).toBe(Math.log1p(EVENTS - 2));
    },
    START_TIMEOUT,
  );

  it(
    'is deleted with all that came of it, part by part',
    async () => {
      expect((await client.ask('DELETE', '/v1/users/robot')).status).toBe(204);
      expect((await profile()).status).toBe(404);
      await until(async () => (await client.recommend({ limit: 3 })).basis === 'recent');
      await service.stop();
      service = await RecommenderClient.start(place());
      expect(await client.recommend({ limit: 3 })).toMatchObject({ basis: 'recent' });
    },
    START_TIMEOUT,
  );
});
