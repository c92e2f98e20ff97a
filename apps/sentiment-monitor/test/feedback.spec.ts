import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeedbackRow, ScoredDocument, SentimentFeedback, TrainingRow } from '@attune/contracts';
import { createApiKey } from '@attune/service-kit';
import { startService, writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

const OWNER = createApiKey('desk', 'admin');
const KEY = { authorization: `Bearer ${OWNER.key}` };
const PUBLISHED = Date.now() - 3_600_000;

describe('what people say that the monitor should have said', () => {
  let folder: string;
  let monitor: RunningMonitor;
  let watchId: string;

  const ask = async <Body>(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> => {
    const answer = await monitor.request(method, path, body, KEY);
    return { status: answer.status, body: answer.body as Body };
  };
  const say = (feedback: object) => ask<SentimentFeedback>('POST', '/v1/feedback', feedback);
  const trainingRows = async (): Promise<TrainingRow[]> => {
    const answer = await fetch(`${monitor.url}/v1/feedback/training-rows`, { headers: KEY });
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = (await answer.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as TrainingRow);
  };
  const textsOf = async (id: string) => (await ask<ScoredDocument>('GET', `/v1/documents/${id}`)).body.sentiments[0].texts;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-feedback-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startMonitor({
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_API_KEYS: OWNER.entry,
    });
    const watch = { name: 'Orbix', target: { kind: 'entity', names: ['Orbix'] } };
    watchId = (await ask<{ id: string }>('POST', '/v1/watches', watch)).body.id;
    const document = { source: 'spec', publishedAt: new Date(PUBLISHED).toISOString() };
    const documents = [
      { ...document, id: 'post', text: 'A terrible loss for Orbix, writes kim@wire.example, +44 20 7946 0958' },
      { ...document, id: 'story', title: 'Orbix failed', text: 'Orbix reported a profit. The weather was bad. Orbix had good growth.' },
      { ...document, id: 'elsewhere', text: 'A loss for Halden' },
    ];
    await ask('POST', '/v1/documents', { documents });
    await until(async () => (await ask('GET', '/v1/documents/elsewhere')).status === 200);
  }, 180_000);
  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('becomes a row for training, without personal data', async () => {
    expect(await trainingRows()).toEqual([]);
    const { status, body } = await say({ documentId: 'post', watchId, label: 'neutral', note: 'It quotes a film.' });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { documentId: 'post', watchId, text: 0, entity: 'Orbix', label: 'neutral', documentLabel: 'negative', givenBy: 'desk' },
    });
    const text = 'A terrible loss for Orbix, writes [email], [phone]';
    expect(body.scoredText).toBe(text);
    expect(await trainingRows()).toEqual([{ text, pair: 'Orbix', label: 'neutral', subject: 'post', at: body.updatedAt }]);
    expect(await textsOf('post')).toMatchObject([{ entity: 'Orbix', correctedTo: 'neutral' }]);
  });

  it('changes nothing when it is said again, and gives way to what is said later', async () => {
    const again = { documentId: 'post', watchId, label: 'neutral', note: 'It quotes a film.' };
    const first = (await say(again)).body;
    expect((await say(again)).body).toEqual(first);
    const { body } = await say({ documentId: 'post', watchId, label: 'positive' });
    expect(body).toMatchObject({ id: first.id, label: 'positive', createdAt: first.createdAt });
    expect(body).not.toHaveProperty('note');
    expect(await trainingRows()).toMatchObject([{ label: 'positive' }]);
  });

  it('is about one of the texts that were scored', async () => {
    const texts = await textsOf('story');
    expect(texts.length).toBeGreaterThan(1);
    const place = texts.findIndex(({ text }) => text.includes('growth'));
    await say({ documentId: 'story', watchId, text: place, label: 'neutral' });
    expect(await textsOf('story')).toEqual(texts.map((text, at) => (at === place ? { ...text, correctedTo: 'neutral' } : text)));
    const { body } = await ask<{ items: SentimentFeedback[]; nextCursor: string }>('GET', '/v1/feedback?limit=1');
    expect(body.items).toMatchObject([{ documentId: 'story', text: place, scoredText: texts[place].text }]);
    const rest = await ask<{ items: SentimentFeedback[] }>('GET', `/v1/feedback?cursor=${body.nextCursor}`);
    expect(rest.body.items).toMatchObject([{ documentId: 'post' }]);
    expect((await ask<{ items: SentimentFeedback[] }>('GET', '/v1/feedback?document=story')).body.items).toHaveLength(1);
  });

  it('is refused where it names nothing that was scored, or no label', async () => {
    const refused = async (feedback: object) => (await say({ documentId: 'post', watchId, label: 'neutral', ...feedback })).status;
    expect(await refused({ documentId: 'nothing' })).toBe(404);
    expect(await refused({ documentId: 'elsewhere' })).toBe(404);
    expect(await refused({ watchId: 'nobody' })).toBe(404);
    expect(await refused({ text: 1 })).toBe(400);
    expect(await refused({ text: -1 })).toBe(400);
    expect(await refused({ label: 'furious' })).toBe(400);
    expect(await refused({ documentId: 'a b' })).toBe(400);
    expect(await refused({ subject: 'kim' })).toBe(400);
  });

  it('is taken in by the trainer as it is', async () => {
    const trainer = await startService(join(__dirname, '../../trainer/bin/trainer.js'), {
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'trainer'),
      ATTUNE_TRAINING_FILES: join(folder, 'trainer-files'),
    });
    try {
      const rows = await (await fetch(`${monitor.url}/v1/feedback/training-rows`, { headers: KEY })).text();
      const path = '/v1/heads/sentiment-monitor/feedback';
      const answer = await fetch(`${trainer.url}${path}/import?source=sentiment-monitor`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: rows,
      });
      expect(await answer.json()).toMatchObject({ received: 2, added: 2, refusedRows: 0 });
      const { items } = (await trainer.request('GET', path)).body as { items: FeedbackRow[] };
      expect(items.find(({ label }) => label === 'positive')).toMatchObject({
        ...{ text: 'A terrible loss for Orbix, writes [email], [phone]', pair: 'Orbix', state: 'pending' },
        origins: [{ source: 'sentiment-monitor', subject: 'post' }],
      });
    } finally {
      await trainer.stop();
    }
  });

  it('can be withdrawn', async () => {
    const [{ id }] = (await ask<{ items: SentimentFeedback[] }>('GET', '/v1/feedback?document=post')).body.items;
    expect((await ask('DELETE', `/v1/feedback/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/v1/feedback/${id}`)).status).toBe(404);
    expect(await trainingRows()).toMatchObject([{ subject: 'story' }]);
    expect((await textsOf('post'))[0]).not.toHaveProperty('correctedTo');
  });
});
