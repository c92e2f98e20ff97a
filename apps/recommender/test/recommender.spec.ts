import type { ItemImportProgress, OnlineMetrics, Scores, SimilarItems, UserProfile } from '@attune/contracts';
import { until, type RunningService } from '@attune/testing';
import { describeAtBothPlaces, RecommenderClient, START_TIMEOUT } from './running-recommender';

const TRAINED = { categories: {}, numbers: {}, events: 0, decayedEvents: 0, users: 1 };
const OPTIONS = {
  items: ['soup', 'brake-pads'].map((id) => ({ id, ...TRAINED })),
  pairs: [['soup', 'brake-pads']],
} as const;

describeAtBothPlaces('the recommender', 'attune_recommender', OPTIONS, (place) => {
  let service: RunningService;
  const client = new RecommenderClient(() => service);

  beforeAll(async () => {
    service = await RecommenderClient.start(place());
    await client.put('sash', { title: 'Window and door', text: 'window', category: 'home', publishedAt: '2026-01-01T00:00:00Z' });
    await client.put('gutter', { title: 'A roof', text: 'roof door', category: 'home', publishedAt: '2026-01-02T00:00:00Z' });
    await client.put('tulips', { title: 'Tulip', text: 'tulip seed', category: 'garden', price: 12, publishedAt: '2026-01-03T00:00:00Z' });
    await client.put('roses', { title: 'Rose', text: 'rose', category: 'garden', price: 30, publishedAt: '2026-01-04T00:00:00Z' });
    await client.put('derby', { title: 'The match', text: 'goal team', category: 'sport', publishedAt: '2026-01-05T00:00:00Z' });
    await client.put('soup', { title: 'Soup', text: 'soup bread', category: 'food', publishedAt: '2026-01-06T00:00:00Z' });
    await client.put('brake-pads', { title: 'Brakes', text: 'brake wheel', category: 'cars', publishedAt: '2026-01-07T00:00:00Z' });
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  it('gives somebody unknown what is new, and what is popular once anything is', async () => {
    expect(await client.recommend({ limit: 3 })).toMatchObject({
      basis: 'recent',
      items: [{ id: 'brake-pads' }, { id: 'soup' }, { id: 'derby' }],
    });
    for (const user of ['u1', 'u2']) await client.tell(user, 'derby', 'purchased', 60);
    await client.tell('u3', 'roses', 'viewed', 60);
    await until(async () => (await client.listFor({ limit: 2 })).join() === 'derby,roses');
    expect(await client.recommend({ limit: 2, filter: { categories: ['garden'] } })).toMatchObject({ basis: 'popular-in-category' });
  });

  it('turns to what a person did with the next request, leaves out what was seen, and says why', async () => {
    await client.tell('gardener', 'tulips');
    const list = await client.recommend({ user: 'gardener', limit: 3, explain: true });
    expect(list).toMatchObject({ basis: 'personal', arm: 'a', modelVersion: '1' });
    expect(list.items[0]).toMatchObject({ id: 'roses', title: 'Rose', reason: 'Because you looked at “Tulip”.' });
    expect(list.items[0].parts?.text).toBeGreaterThan(0.9);
    expect(list.items.map(({ id }) => id)).not.toContain('tulips');
    expect(await client.listFor({ user: 'gardener', limit: 2, seen: { afterViews: 2 } })).toEqual(
      expect.arrayContaining(['tulips', 'roses']),
    );
    await client.tell('gardener', 'tulips', 'dismissed');
    expect((await client.listFor({ user: 'gardener', limit: 10, seen: { afterViews: 9 } })).includes('tulips')).toBe(false);
  });

  it('knows from training what goes together, and serves a session of nobody', async () => {
    const list = await client.recommend({ session: ['soup'], limit: 2, explain: true });
    expect(list).toMatchObject({
      basis: 'session',
      items: [{ id: 'brake-pads', reason: 'People who looked at “Soup”, as you did, take this too.' }, {}],
    });
  });

  it('keeps lists diverse, and keeps quotas, filters and exclusions', async () => {
    await client.tell('builder', 'sash', 'clicked');
    await client.put('hinge', { title: 'Door', text: 'door', category: 'home' });
    expect(await client.listFor({ user: 'builder', limit: 2 })).toEqual(expect.arrayContaining(['gutter', 'hinge']));
    const diverse = await client.listFor({ user: 'builder', limit: 2, diversity: 0.9 });
    expect(diverse.filter((id) => ['gutter', 'hinge'].includes(id))).toHaveLength(1);
    const quotas = [
      { category: 'home', atMost: 1 },
      { category: 'sport', atLeast: 1 },
    ];
    const ruled = await client.listFor({ user: 'builder', limit: 3, quotas });
    expect(ruled.filter((id) => ['gutter', 'hinge'].includes(id))).toHaveLength(1);
    expect(ruled).toContain('derby');
    expect(await client.listFor({ user: 'builder', filter: { attributes: { price: { to: 20 } } } })).toEqual(['tulips']);
    expect(await client.listFor({ user: 'builder', limit: 1, filter: { exclude: ['gutter'] } })).toEqual(['hinge']);
    const none = await client.recommend({ user: 'builder', filter: { categories: ['poetry'] } });
    expect(none).toMatchObject({ items: [], shortOf: 'After the filter and leaving out seen items, 0 items are left.' });
  });

  it('explores the same with the same seed, and never with the first place', async () => {
    const request = { user: 'builder', limit: 4, explore: 0.5, seed: 7 };
    const first = await client.recommend(request);
    expect(first.items.filter(({ explored }) => explored)).toHaveLength(2);
    expect(first.items[0].explored).toBe(false);
    const ids = ({ items }: typeof first) => items.map(({ id, explored }) => ({ id, explored }));
    expect(ids(await client.recommend(request))).toEqual(ids(first));
  });

  it('keeps places for items that training has not seen, which are marked', async () => {
    const request = { session: ['soup'], limit: 1 };
    expect(await client.listFor({ ...request, newItems: 0 })).toEqual(['brake-pads']);
    const { items } = await client.recommend({ ...request, newItems: 1 });
    expect(items).toMatchObject([{ explored: true }]);
    expect(['soup', 'brake-pads']).not.toContain(items[0].id);
    const half = await client.recommend({ ...request, limit: 2, newItems: 0.5 });
    expect(half.items).toMatchObject([{ id: 'brake-pads', explored: false }, {}]);
  });

  it('drops an item at once that is not available or is deleted', async () => {
    await client.put('hinge', { title: 'Door', text: 'door', category: 'home', available: false });
    expect(await client.listFor({ user: 'builder', limit: 10 })).not.toContain('hinge');
    await client.put('hinge', { title: 'Door', text: 'door', category: 'home' });
    expect(await client.listFor({ user: 'builder', limit: 10 })).toContain('hinge');
    expect((await client.ask('DELETE', '/v1/items/hinge')).status).toBe(204);
    expect(await client.listFor({ user: 'builder', limit: 10 })).not.toContain('hinge');
    expect((await client.ask('GET', '/v1/items/hinge')).status).toBe(404);
    expect((await client.ask('DELETE', '/v1/items/hinge')).status).toBe(404);
  });

  it('reads a changed text anew', async () => {
    await client.put('gutter', { title: 'A rose', text: 'rose tulip', category: 'garden' });
    expect((await client.ask<SimilarItems>('GET', '/v1/items/roses/similar?limit=2')).body.items.map(({ id }) => id).sort()).toEqual([
      'gutter',
      'tulips',
    ]);
    await client.put('gutter', { title: 'A roof', text: 'roof door', category: 'home', publishedAt: '2026-01-02T00:00:00Z' });
    const { items } = (await client.ask<SimilarItems>('GET', '/v1/items/sash/similar?limit=1')).body;
    expect(items).toMatchObject([{ id: 'gutter', score: expect.closeTo(0.5) as number }]);
  });

  it('finds an item by its text as soon as it is written, once texts are in memory', async () => {
    await until(async () =>
      /^attune_texts_in_memory\{version="[^"]+"\} 1$/m.test((await service.request('GET', '/metrics')).body as string),
    );
    await client.put('seedlings', { title: 'Sowing', text: 'seed seed', category: 'garden' });
    const { body } = await client.ask<SimilarItems>('GET', '/v1/items/search?text=a+tulip&limit=3');
    expect(body.items.map(({ id }) => id).sort()).toEqual(['roses', 'seedlings', 'tulips']);
    await client.ask('DELETE', '/v1/items/seedlings');
    const { items } = (await client.ask<SimilarItems>('GET', '/v1/items/search?text=a+tulip&limit=2')).body;
    expect(items.map(({ id }) => id).sort()).toEqual(['roses', 'tulips']);
  });

  it('scores items and raw texts in the order asked for', async () => {
    const { body } = await client.ask<Scores>('POST', '/v1/score', {
      user: 'gardener',
      items: [{ text: 'rose seed' }, { id: 'derby' }, { id: 'nothing-known' }, { text: 'engine' }, { id: 'roses' }],
    });
    expect(body.scores.map(({ known }) => known)).toEqual([true, true, false, true, true]);
    const [text, derby, unknown, engine, roses] = body.scores.map(({ score }) => score);
    // Dismissed after it was viewed: the taste points away from flowers.
    expect(Math.max(text, engine, unknown)).toBeLessThanOrEqual(derby);
    expect(roses).toBeDefined();
    for (const { probability } of body.scores) expect(probability).toBeGreaterThan(0);
  });

  it('counts an event once, however often, late and in whatever order it comes', async () => {
    const at = (second: number) => new Date(Date.now() - 3_600_000 + 1_000 * second).toISOString();
    const events = [5, 1, 3].map((second) => ({ user: 'late', item: 'sash', type: 'viewed', at: at(second) }));
    const first = await client.ask('POST', '/v1/events', { events: [...events, events[0], { user: 'late' }] });
    expect(first.body).toMatchObject({ accepted: 3, repeated: 1, refused: [{ index: 4 }] });
    expect((await client.ask('POST', '/v1/events', { events })).body).toEqual({ accepted: 0, repeated: 3, refused: [] });
    const { body } = await client.ask<UserProfile>('GET', '/v1/users/late');
    expect(body).toMatchObject({ events: 3, eventsByType: { viewed: 3 }, lastEventAt: events[0].at });
    expect(body.recent.map((event) => event.at)).toEqual([events[0].at, events[2].at, events[1].at]);
  });

  it('knows how lists did, by position', async () => {
    const list = await client.recommend({ user: 'clicker', limit: 3, placement: 'front' });
    const taken = list.items[1].id;
    await client.tell('clicker', taken, 'clicked', 0, { impressionId: list.impressionId });
    await client.tell('clicker', taken, 'purchased', 0, { impressionId: list.impressionId });
    const { body } = await client.ask<OnlineMetrics>('GET', '/v1/metrics/online');
    expect(body.taken).toBe(1);
    expect(body.byPosition.filter(({ taken: count }) => count > 0)).toMatchObject([{ position: 2, taken: 1 }]);
    expect(body.byPosition.reduce((sum, { shown }) => sum + shown, 0)).toBe(body.shown);
    expect(body.byArm).toMatchObject([{ arm: 'a', taken: 1, shown: body.shown }]);
  });

  it('forgets a person with all that came from it', async () => {
    await client.tell('fan', 'tulips', 'purchased', 30, { value: 1_000 });
    await until(async () => (await client.listFor({ limit: 1 }))[0] === 'tulips');
    expect((await client.ask('DELETE', '/v1/users/fan')).status).toBe(204);
    expect((await client.ask('GET', '/v1/users/fan')).status).toBe(404);
    // Looked at once by the gardener: behind what was bought and what was looked at often.
    await until(async () => !(await client.listFor({ limit: 2 })).includes('tulips'));
  });

  it('knows an event again that was deleted with its person', async () => {
    const event = { id: 'told-twice', user: 'leaver', item: 'tulips', type: 'clicked', at: new Date().toISOString() };
    const send = () => client.ask('POST', '/v1/events', { events: [event] });
    await send();
    expect((await client.ask('DELETE', '/v1/users/leaver')).status).toBe(204);
    await send();
    expect((await client.ask('GET', '/v1/users/leaver')).status).toBe(404);
  });

  it('leaves out what was seen before the latest thousand events', async () => {
    const first = (await client.listFor({ user: 'reader-of-much', limit: 1 }))[0];
    const now = Date.now();
    const later = Array.from({ length: 1_000 }, (_, at) => ({ item: 'absent', at: new Date(now - 2_000 + at).toISOString() }));
    const events = [{ item: first, at: new Date(now - 60_000).toISOString() }, ...later];
    for (let start = 0; start < events.length; start += 500) {
      const part = events.slice(start, start + 500).map((event) => ({ user: 'reader-of-much', type: 'clicked', ...event }));
      expect((await client.ask('POST', '/v1/events', { events: part })).status).toBeLessThan(300);
    }
    expect(await client.listFor({ user: 'reader-of-much', limit: 50, seen: { afterViews: 1 } })).not.toContain(first);
  });

  it('takes in files of items, and tells which rows it refuses', async () => {
    const csv = 'id,title,category,price,minutes\nbolt,A bolt,tools,0.5,3\nnut,A nut,tools,cheap,2\nbad id!,x,tools,1,1\n';
    const [progress] = (await client.send<ItemImportProgress>('/v1/items/import', 'text/csv', csv)).slice(-1);
    expect(progress).toMatchObject({ accepted: 1, refusedRows: 2, done: true, refused: [{ row: 2 }, { row: 3 }] });
    expect(await client.listFor({ filter: { categories: ['tools'], attributes: { minutes: { from: 3 } } } })).toEqual(['bolt']);
    const lines = Array.from(
      { length: 450 },
      (_, at) => `${JSON.stringify({ id: `bulk-${String(at)}`, title: 'wheel', category: 'bulk' })}\n`,
    );
    const answers = await client.send<ItemImportProgress>(
      '/v1/items/import',
      'application/x-ndjson',
      `${lines.join('')}{"id": 1}\nnot JSON\n`,
    );
    expect(answers.map(({ accepted }) => accepted)).toEqual([200, 400, 450]);
    expect(answers.at(-1)).toMatchObject({ done: true, refusedRows: 2, refused: [{ row: 451 }, { row: 452 }] });
    expect(await client.listFor({ filter: { categories: ['bulk'] }, limit: 100 })).toHaveLength(100);
  });

  it('hands out what a head is trained on anew', async () => {
    await client.put('quoted', { title: 'A "quoted", title', category: 'home', attributes: { tags: ['a', 'b'], new: true, minutes: 4 } });
    const items = String((await client.ask('GET', '/v1/training/items.csv')).body).split('\n');
    expect(items[0]).toBe('item,text,category,price,publishedAt,minutes,new,tags');
    expect(items).toContain('quoted,"A ""quoted"", title",home,,,4,true,a|b');
    const events = String((await client.ask('GET', '/v1/training/events.csv')).body)
      .trimEnd()
      .split('\n');
    expect(events[0]).toBe('user,item,ts,type,value');
    const { body } = await client.ask<UserProfile>('GET', '/v1/users/late');
    const own = events.filter((line) => line.startsWith('late,'));
    expect(own.sort()).toEqual(body.recent.map(({ item, type, at }) => ['late', item, Date.parse(at), type, ''].join()).sort());
  });

  it.each([
    ['a limit of 10,000', 'POST', '/v1/recommendations', { limit: 10_000 }, 400],
    ['diversity above 1', 'POST', '/v1/recommendations', { diversity: 2 }, 400],
    ['a user of the wrong type', 'POST', '/v1/recommendations', { user: 7 }, 400],
    ['a quota that cannot be kept', 'POST', '/v1/recommendations', { quotas: [{ category: 'x', atLeast: 2, atMost: 1 }] }, 400],
    ['an event before 1970', 'POST', '/v1/events', { user: 'u', item: 'i', type: 'viewed', at: '1969-12-31T23:59:59Z' }, 400],
    ['an event of the future', 'POST', '/v1/events', { user: 'u', item: 'i', type: 'viewed', at: '2999-01-01T00:00:00Z' }, 400],
    ['an unknown type of event', 'POST', '/v1/events', { user: 'u', item: 'i', type: 'liked', at: '2026-01-01T00:00:00Z' }, 400],
    ['more scores than 1,000', 'POST', '/v1/score', { items: Array.from({ length: 1_001 }, () => ({ id: 'i' })) }, 400],
    ['an item with an unknown field', 'PUT', '/v1/items/x', { name: 'x' }, 400],
    ['things like an unknown item', 'GET', '/v1/items/none/similar', undefined, 404],
    ['an unknown user', 'GET', '/v1/users/nobody', undefined, 404],
    ['metrics that end before they begin', 'GET', '/v1/metrics/online?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', undefined, 400],
  ])('refuses %s', async (_fault, method, path, body, status) => {
    expect(await client.ask(method, path, body)).toMatchObject({ status, body: { status } });
  });
});
