import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

describe('the sentiment monitor on its embedded defaults', () => {
  let folder: string;
  let monitor: RunningMonitor;
  let watchId: string;

  const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const document = (id: string, text: string, publishedAt: string) => ({ id, source: 'spec', publishedAt, text });
  const environment = () => ({
    ATTUNE_MODELS: join(folder, 'models'),
    ATTUNE_DATA: join(folder, 'data'),
    ATTUNE_WEBHOOK_PRIVATE_ADDRESSES: 'true',
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startMonitor(environment());
  });

  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps watches', async () => {
    const created = await monitor.request('POST', '/v1/watches', {
      name: 'Orbix',
      target: { kind: 'entity', names: ['Orbix'], tickers: ['ORBX'] },
    });
    expect(created).toMatchObject({ status: 201, body: { name: 'Orbix', enabled: true, rules: { windowMinutes: 5 } } });
    watchId = (created.body as { id: string }).id;
    expect(await monitor.request('GET', `/v1/watches/${watchId}`)).toMatchObject({ status: 200, body: { id: watchId } });
    expect(await monitor.request('GET', '/v1/watches?limit=1')).toMatchObject({ status: 200, body: { items: [{ id: watchId }] } });
  });

  it('scores documents about the entities that they name, each once', async () => {
    const good = document('good', 'Orbix reported a profit', minutesAgo(400));
    const answer = await monitor.request('POST', '/v1/documents', {
      documents: [good, good, document('other', 'A loss elsewhere', minutesAgo(399))],
    });
    expect(answer).toMatchObject({ status: 202, body: { accepted: 3, refused: [] } });
    await until(async () => (await monitor.request('GET', '/v1/documents/other')).status === 200);
    expect(await monitor.request('GET', '/v1/documents/other')).toMatchObject({ body: { sentiments: [] } });
    const scored = await monitor.request('GET', '/v1/documents/good?explain=true');
    expect(scored).toMatchObject({
      status: 200,
      body: { text: good.text, modelVersion: '1', sentiments: [{ watchId, label: 'positive' }] },
    });
    const [{ scoredText, explanation }] = (
      scored.body as { sentiments: { scoredText: string; explanation: { text: string; start: number; end: number }[] }[] }
    ).sentiments;
    for (const { text, start, end } of explanation) expect(scoredText.slice(start, end)).toBe(text);
  });

  it('finds topics by the meaning of a description', async () => {
    const created = await monitor.request('POST', '/v1/watches', {
      name: 'Losses',
      target: { kind: 'topic', description: 'a terrible loss', threshold: 0.9 },
    });
    expect(created.status).toBe(201);
    const documents = [document('meant', 'Everything failed', minutesAgo(390)), document('unmeant', 'A perfect growth', minutesAgo(389))];
    await monitor.request('POST', '/v1/documents', { documents });
    await until(async () => (await monitor.request('GET', '/v1/documents/unmeant')).status === 200);
    const { id } = created.body as { id: string };
    expect(await monitor.request('GET', '/v1/documents/meant')).toMatchObject({
      body: { sentiments: [{ watchId: id, label: 'negative' }] },
    });
    expect(await monitor.request('GET', '/v1/documents/unmeant')).toMatchObject({ body: { sentiments: [] } });
    expect((await monitor.request('DELETE', `/v1/watches/${id}`)).status).toBe(204);
  });

  it('tells how opinion went, and goes on after a kill where it was', async () => {
    await monitor.stop('SIGKILL');
    monitor = await startMonitor(environment());
    expect(await monitor.request('GET', '/v1/documents/good')).toMatchObject({ status: 200, body: { id: 'good' } });
    const query = new URLSearchParams({ from: minutesAgo(420), to: minutesAgo(-1), step: '3600' });
    const trend = await monitor.request('GET', `/v1/watches/${watchId}/trend?${query}`);
    const points = (trend.body as { points: { documents: { positive: number } }[] }).points;
    expect(points.reduce((sum, { documents }) => sum + documents.positive, 0)).toBe(1);
    query.set('expected', 'true');
    const band = await monitor.request('GET', `/v1/watches/${watchId}/trend?${query}`);
    expect((band.body as { points: { expected?: object }[] }).points.map(({ expected: _expected, ...point }) => point)).toEqual(points);
  });

  it('tells what was to be expected, once a past suffices to tell', async () => {
    const created = await monitor.request('POST', '/v1/watches', { name: 'Yonder', target: { kind: 'entity', names: ['Yonder'] } });
    const { id } = created.body as { id: string };
    const past = Array.from({ length: 60 }, (_, place) =>
      document(`past-${String(place)}`, `Yonder terrible loss number ${String(place)}`, minutesAgo(60 * (120 - 2 * place))),
    );
    expect((await monitor.request('POST', '/v1/documents', { documents: past })).body).toEqual({ accepted: 60, refused: [] });
    await until(async () => (await monitor.request('GET', '/v1/documents/past-59')).status === 200);
    const query = new URLSearchParams({ from: minutesAgo(24 * 60), to: minutesAgo(0), step: '3600', expected: 'true' });
    await until(async () => {
      const { body } = await monitor.request('GET', `/v1/watches/${id}/trend?${query}`);
      const { points } = body as { points: { expected?: { negativeStories: number; alertFrom: number } }[] };
      const told = points.flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
      return told.length >= 24 && told.every(({ negativeStories, alertFrom }) => negativeStories > 0 && alertFrom >= 4);
    });
    expect((await monitor.request('DELETE', `/v1/watches/${id}`)).status).toBe(204);
  });

  it('scores texts on request', async () => {
    const answer = await monitor.request('POST', '/v1/sentiment', {
      texts: [{ text: 'a terrible loss', entity: 'Orbix' }, { text: 'good growth' }],
    });
    expect(answer).toMatchObject({ status: 200, body: { modelVersion: '1', results: [{ label: 'negative' }, { label: 'positive' }] } });
  });

  it('tells on request which words of a text mattered', async () => {
    const texts = [{ text: 'a terrible loss', entity: 'Orbix' }];
    const { body } = await monitor.request('POST', '/v1/sentiment', { texts, explain: true });
    const [{ explanation }] = (body as { results: { explanation: { text: string; influence: number }[] }[] }).results;
    expect(['terrible', 'loss']).toContain(explanation[0].text);
    expect(explanation[0].influence).toBeGreaterThan(0);
    expect(await monitor.request('POST', '/v1/sentiment', { texts: Array(5).fill(texts[0]), explain: true })).toMatchObject({
      status: 400,
    });
  });

  it('takes uploads with a line a document, and tells which lines it refuses', async () => {
    const lines = ['not json', JSON.stringify(document('up-1', 'Orbix good', minutesAgo(9))), JSON.stringify({ id: 'up-2' })];
    const response = await fetch(`${monitor.url}/v1/documents/upload`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    const last = JSON.parse((await response.text()).trimEnd().split('\n').at(-1) ?? '') as {
      accepted: number;
      refused: { index: number }[];
    };
    expect(last).toMatchObject({ accepted: 1, done: true, refused: [{ index: 0 }, { index: 2, id: 'up-2' }] });
  });

  const valid = () => document('valid', 'Orbix', minutesAgo(1));
  it.each([
    ['a body that is not JSON', 'POST', '/v1/documents', () => '{', 400, 'malformed-body'],
    ['a document without text', 'POST', '/v1/documents', () => ({ ...valid(), text: ' ' }), 400, 'invalid-request'],
    ['a document from 2099', 'POST', '/v1/documents', () => ({ ...valid(), publishedAt: '2099-01-01T00:00:00Z' }), 400, 'invalid-request'],
    ['a document from 1970', 'POST', '/v1/documents', () => ({ ...valid(), publishedAt: '1970-01-01T00:00:00Z' }), 400, 'invalid-request'],
    ['501 documents at once', 'POST', '/v1/documents', () => ({ documents: Array(501).fill(valid()) }), 400, 'invalid-request'],
    ['an unknown watch', 'GET', '/v1/watches/none', () => undefined, 404, 'not-found'],
    ['an unknown document', 'GET', '/v1/documents/none', () => undefined, 404, 'not-found'],
    ['an unknown alert', 'GET', '/v1/alerts/none', () => undefined, 404, 'not-found'],
    ['a made-up cursor', 'GET', '/v1/alerts?cursor=abc', () => undefined, 400, 'invalid-request'],
    [
      'a trend of too many points',
      'GET',
      '/v1/watches/none/trend?from=2001-01-01T00:00:00Z&to=2026-01-01T00:00:00Z',
      () => undefined,
      400,
      'invalid-request',
    ],
    [
      'a pattern that is none',
      'POST',
      '/v1/watches',
      () => ({ name: 'x', target: { kind: 'entity', names: ['x'], patterns: ['(a'] } }),
      422,
      'unprocessable',
    ],
    [
      'a topic that the head does not know',
      'POST',
      '/v1/watches',
      () => ({ name: 'x', target: { kind: 'topic', topic: 'weather' } }),
      422,
      'unprocessable',
    ],
    [
      'an unknown field of a watch',
      'POST',
      '/v1/watches',
      () => ({ name: 'x', target: { kind: 'entity', names: ['x'] }, rule: {} }),
      400,
      'invalid-request',
    ],
  ])('answers %s with a problem', async (_fault, method, path, body, status, code) => {
    expect(await monitor.request(method, path, body())).toMatchObject({ status, body: { status, code } });
  });

  it('lets no pattern keep it busy', async () => {
    const bomb = await monitor.request('POST', '/v1/watches', {
      name: 'bomb',
      target: { kind: 'entity', names: ['zz'], patterns: ['(a+)+$'] },
    });
    expect(bomb.status).toBe(201);
    await monitor.request('POST', '/v1/documents', document('bomb', `${'a'.repeat(50_000)}!`, minutesAgo(1)));
    await until(async () => (await monitor.request('GET', '/v1/documents/bomb')).status === 200);
    expect((await monitor.request('DELETE', `/v1/watches/${(bomb.body as { id: string }).id}`)).status).toBe(204);
  });

  it('describes itself', async () => {
    expect(await monitor.request('GET', '/openapi.json')).toMatchObject({ status: 200, body: { openapi: expect.stringMatching(/^3\.1/) } });
    expect(await monitor.request('GET', '/asyncapi.json')).toMatchObject({
      status: 200,
      body: { asyncapi: expect.stringMatching(/^3\./) },
    });
    expect((await monitor.request('GET', '/metrics')).body).toContain('attune_documents_total{outcome="scored"}');
  });

  it('drains at SIGTERM', async () => {
    expect(await monitor.stop()).toBe(0);
    monitor = await startMonitor(environment());
  });
});
