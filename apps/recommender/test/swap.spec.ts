import { ModelStore } from '@attune/artifact';
import type { OnlineMetrics, Recommendations } from '@attune/contracts';
import { until, writeHandSetRanking, type RunningService } from '@attune/testing';
import { describeAtBothPlaces, RecommenderClient, START_TIMEOUT } from './running-recommender';

describeAtBothPlaces('versions of the ranking', 'attune_recommender_swap', {}, (place) => {
  let service: RunningService;
  const client = new RecommenderClient(() => service);

  beforeAll(async () => {
    await writeHandSetRanking(place().models, { app: 'challenger', version: 'c1', shift: 3 });
    service = await RecommenderClient.start(place(), { ATTUNE_MODEL_POLL_MS: '100', ATTUNE_APP_B: 'challenger', ATTUNE_SHARE_B: '0.3' });
    for (const [id, title] of Object.entries({ sash: 'window', gutter: 'roof', roses: 'rose', tulips: 'tulip' }))
      await client.put(id, { title });
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  async function memberOfA(): Promise<string> {
    for (let at = 0; ; at++)
      if ((await client.recommend({ user: `swapper-${String(at)}`, limit: 1 })).arm === 'a') return `swapper-${String(at)}`;
  }

  it('divide people by the share of arm b, always the same ones, and are told apart in the metrics', async () => {
    const users = Array.from({ length: 60 }, (_, at) => `user-${String(at)}`);
    const armsOf = async (): Promise<string[]> => Promise.all(users.map(async (user) => (await client.recommend({ user, limit: 1 })).arm));
    const arms = await armsOf();
    expect(await armsOf()).toEqual(arms);
    const ofB = arms.filter((arm) => arm === 'b').length;
    expect(ofB).toBeGreaterThan(6);
    expect(ofB).toBeLessThan(32);
    const { body } = await client.ask<OnlineMetrics>('GET', '/v1/metrics/online');
    expect(body.byArm).toMatchObject([
      { arm: 'a', shown: 2 * (60 - ofB) },
      { arm: 'b', shown: 2 * ofB },
    ]);
    expect(body.byModelVersion.map(({ modelVersion }) => modelVersion)).toEqual(['1', 'c1']);
  });

  it('swap under load without a failed request, and never mix the vectors of two encoders', async () => {
    // Of arm a, whose version changes.
    const user = await memberOfA();
    await client.tell(user, 'sash', 'clicked');
    const lists: Recommendations[] = [];
    let isOver = false;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!isOver) lists.push(await client.recommend({ user, limit: 1 }));
      }),
    );
    const serving = async () => (await client.recommend({ user, limit: 1 })).modelVersion;
    const first = await serving();
    await writeHandSetRanking(place().models, { version: '2', shift: 7 });
    await until(async () => (await serving()) === '2');
    // Written by the version that serves now, under load as well.
    await client.put('door', { title: 'door' });
    isOver = true;
    await load;
    expect(new Set(lists.map(({ modelVersion }) => modelVersion))).toEqual(new Set([first, '2']));
    for (const { items } of lists) expect(items[0].id).toBe('gutter');
    expect(await client.listFor({ user, limit: 2 })).toEqual(expect.arrayContaining(['gutter', 'door']));
  });

  it('leave the other arm alone, however often one of them swaps and swaps back', async () => {
    const users = Array.from({ length: 20 }, (_, at) => `user-${String(at)}`);
    const versions = async (): Promise<string[]> =>
      Promise.all(users.map(async (user) => (await client.recommend({ user, limit: 1 })).modelVersion));
    const store = new ModelStore(place().models);
    const kept = (await versions()).map((version) => version === 'c1');
    await writeHandSetRanking(place().models, { version: '3', shift: 1 });
    for (const version of ['3', '1', '3', '1']) {
      await store.promote('recommender', version);
      await until(async () => (await versions()).every((served, at) => (kept[at] ? served === 'c1' : served === version)));
      await client.put(`written-for-${version}`, { title: 'window' });
    }
    expect(service.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });
});
