import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

describe('the sentiment monitor with more work than it can take', () => {
  let folder: string;
  let monitor: RunningMonitor;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-overload-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startMonitor({
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_INFERENCE_QUEUE_TOKENS: '1',
    });
  });

  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers 429 with Retry-After, also to requests of many texts, and all others as ever', async () => {
    const post = (request: number): Promise<Response> =>
      fetch(`${monitor.url}/v1/sentiment`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          texts: Array.from({ length: 100 }, (_, text) => ({ text: `${request} ${text} a loss of a parcel in the mail` })),
        }),
      });
    const seen = new Set<number>();
    await until(async () => {
      for (const answer of await Promise.all(Array.from({ length: 20 }, (_, request) => post(request)))) {
        seen.add(answer.status);
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        else expect(((await answer.json()) as { results: unknown[] }).results).toHaveLength(100);
      }
      return seen.has(429);
    });
    expect([...seen].sort()).toEqual([200, 429]);
    expect((await post(0)).status).toBe(200);
  });

  it('explains few documents at a time', async () => {
    await monitor.request('POST', '/v1/watches', { name: 'Orbix', target: { kind: 'entity', names: ['Orbix'] } });
    const text = `Orbix ${'lost a parcel in the mail and found it again '.repeat(10)}`;
    await monitor.request('POST', '/v1/documents', { id: 'long', source: 'spec', publishedAt: new Date().toISOString(), text });
    await until(async () => (await monitor.request('GET', '/v1/documents/long')).status === 200);
    const seen = new Set<number>();
    await until(async () => {
      const answers = Array.from({ length: 20 }, () => monitor.request('GET', '/v1/documents/long?explain=true'));
      for (const { status } of await Promise.all(answers)) seen.add(status);
      return seen.has(429);
    });
    expect([...seen].sort()).toEqual([200, 429]);
  });
});
