import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertRecord, Watch, Webhook } from '@attune/contracts';
import { verifyWebhook } from '@attune/opinion';
import { createApiKey } from '@attune/service-kit';
import { quietDocuments, type SurgeTarget, surgeUntil, writeWordListModel } from '@attune/testing';
import { subscribeToAlerts, type AlertSubscriber } from './alert-stream-client';
import { startMonitor, until, type RunningMonitor } from './running-monitor';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver';

const NAMES = ['Orbix', 'Velmar', 'Tandor'];
const MUTED = 'Ferrum';
const ALL = [...NAMES, MUTED];
const SECRET = 'a secret that only the two of us know';
const desk = createApiKey('desk', 'admin');
const asDesk = { authorization: `Bearer ${desk.key}` };

describe('alerts of the sentiment monitor', () => {
  let folder: string;
  let monitor: RunningMonitor;
  let receiver: WebhookReceiver;
  let subscriber: AlertSubscriber;
  const watches = new Map<string, Watch>();

  async function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await monitor.request(method, path, body, asDesk);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as Body;
  }
  const target: SurgeTarget = {
    handIn: (documents) => ask('POST', '/v1/documents', { documents }),
    isScored: async (id) => (await monitor.request('GET', `/v1/documents/${id}`, undefined, asDesk)).status === 200,
  };
  const watchId = (name: string): string => watches.get(name)?.id ?? '';
  const listAlerts = async (query: string) => (await ask<{ items: AlertRecord[] }>('GET', `/v1/alerts?${query}`)).items;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-alerts-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startMonitor({
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_API_KEYS: desk.entry,
      ATTUNE_WEBHOOK_PRIVATE_ADDRESSES: 'true',
    });
    receiver = await startWebhookReceiver(({ path }, earlier) => {
      if (path === '/moved') return { status: 302, headers: { location: `${receiver.url}/elsewhere` } };
      return { status: earlier === 0 ? 503 : 204 };
    });
    for (const name of ALL) watches.set(name, await ask<Watch>('POST', '/v1/watches', { name, target: { kind: 'entity', names: [name] } }));
    await ask('PUT', `/v1/watches/${watchId(MUTED)}/mute`, { until: '2099-01-01T00:00:00Z' });
    await ask('POST', '/v1/webhooks', { url: `${receiver.url}/orbix`, secret: SECRET, watchIds: [watchId('Orbix')] });
    await ask('POST', '/v1/webhooks', { url: `${receiver.url}/moved`, secret: SECRET, watchIds: [watchId('Velmar')] });
    await target.handIn(quietDocuments(ALL, Date.now()));
    await until(() => target.isScored('quiet-59'));
    subscriber = await subscribeToAlerts(monitor.url, asDesk);
  }, 180_000);

  afterAll(async () => {
    subscriber.close();
    receiver.close();
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('come to subscribers when bad news surge, with their evidence', async () => {
    const alerted = () => NAMES.every((name) => subscriber.received.some(({ event }) => event.data.watchId === watchId(name)));
    await surgeUntil(ALL, target, alerted);
    const [{ event }] = subscriber.received;
    expect(event.data).toMatchObject({ state: 'open', change: 'opened', modelVersion: '1', detector: 'seasonal-counts' });
    expect(event.data.stories[0]).toMatchObject({ source: 'spec', documentId: expect.stringMatching(/^bad-/) });
  });

  it('come again to a subscriber from the place where it left: what it missed, in order, none twice', async () => {
    const all = await subscribeToAlerts(monitor.url, { ...asDesk, 'last-event-id': '0-0' });
    await all.until(({ length }) => length >= subscriber.received.length);
    const known = [...subscriber.received];
    expect(all.received.slice(0, known.length)).toEqual(known);
    const late = await subscribeToAlerts(monitor.url, { ...asDesk, 'last-event-id': known[0].id });
    await late.until(({ length }) => length >= known.length - 1);
    expect(late.received.slice(0, known.length - 1)).toEqual(known.slice(1));
    for (const { received, close } of [all, late]) {
      expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
      close();
    }
  });

  it('refuse a place that was made up', async () => {
    const answer = await monitor.request('GET', '/v1/alerts/stream', undefined, { ...asDesk, 'last-event-id': `${'9'.repeat(20)}-1` });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('are posted to webhooks, signed, and posted again, the same, until they are taken', async () => {
    const toOrbix = () => receiver.deliveries.filter(({ path }) => path === '/orbix');
    const again = () => toOrbix().filter(({ headers }) => headers['attune-delivery'] === toOrbix()[0].headers['attune-delivery']);
    await receiver.until(() => again().length === 2);
    const [first, second] = again();
    expect(second.body).toBe(first.body);
    expect(subscriber.received.map(({ event }) => event)).toContainEqual(JSON.parse(first.body));
    for (const { headers, body } of [first, second]) {
      const timestamp = Number(headers['attune-timestamp']);
      const delivery = { timestamp, body, signature: String(headers['attune-signature']), now: Date.now() / 1_000 };
      expect(verifyWebhook({ ...delivery, secret: SECRET })).toBe(true);
      expect(verifyWebhook({ ...delivery, secret: 'another secret of enough length' })).toBe(false);
    }
  });

  it('are not carried along by a redirect, which could lead inside', async () => {
    const moved = async () => (await ask<{ items: Webhook[] }>('GET', '/v1/webhooks')).items.find(({ url }) => url.endsWith('/moved'));
    await until(async () => (await moved())?.lastDelivery !== undefined);
    expect((await moved())?.lastDelivery).toMatchObject({ status: 302 });
    expect(receiver.deliveries.filter(({ path }) => path === '/elsewhere')).toEqual([]);
  });

  it('are listed by watch and state, page by page', async () => {
    expect(await listAlerts(`watch=${watchId('Velmar')}`)).toMatchObject([{ watchName: 'Velmar', state: 'open' }]);
    expect(await listAlerts('state=resolved')).toEqual([]);
    const names: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const place = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: AlertRecord[]; nextCursor?: string } = await ask('GET', `/v1/alerts?limit=1${place}`);
      expect(page.items).toHaveLength(1);
      names.push(page.items[0].watchName);
      cursor = page.nextCursor;
    }
    expect(names.sort()).toEqual([...ALL].sort());
  });

  it('are acknowledged and marked false, which is kept', async () => {
    const [{ id }] = await listAlerts(`watch=${watchId('Tandor')}`);
    expect(await ask('PATCH', `/v1/alerts/${id}`, { acknowledged: true })).toMatchObject({ acknowledgedBy: 'desk', falseAlarm: false });
    await ask('PATCH', `/v1/alerts/${id}`, { falseAlarm: true, note: 'Announced long ago.' });
    const kept = { falseAlarm: true, note: 'Announced long ago.', acknowledgedBy: 'desk', acknowledgedAt: expect.any(String) };
    expect(await ask('GET', `/v1/alerts/${id}`)).toMatchObject(kept);
  });

  it('of a muted watch are recorded and told to nobody, until it speaks again', async () => {
    await until(async () => (await listAlerts(`watch=${watchId(MUTED)}`)).length === 1);
    const all = await subscribeToAlerts(monitor.url, { ...asDesk, 'last-event-id': '0-0' });
    await all.until(({ length }) => length >= subscriber.received.length);
    for (const { received } of [all, subscriber]) expect(received.map(({ event }) => event.data.watchName)).not.toContain(MUTED);
    all.close();
    expect(await ask('GET', `/v1/watches/${watchId(MUTED)}`)).toMatchObject({ mutedUntil: '2099-01-01T00:00:00.000Z' });
    expect(await ask('DELETE', `/v1/watches/${watchId(MUTED)}/mute`)).not.toHaveProperty('mutedUntil');
  });
});
