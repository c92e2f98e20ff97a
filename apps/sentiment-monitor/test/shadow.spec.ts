import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { ModelShadow } from '@attune/contracts';
import { writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

const APP = 'sentiment-monitor';
const LABELS = ['negative', 'neutral', 'positive'];

describe('the sentiment monitor with a version in shadow', () => {
  let folder: string;
  let store: ModelStore;
  let monitor: RunningMonitor;
  let asked = 0;

  const shadow = async (): Promise<ModelShadow | undefined> =>
    ((await monitor.request('GET', '/v1/models/shadow')).body as { items: ModelShadow[] }).items.at(0);
  /** Asks about texts that were not asked about before, one after another. */
  const ask = async (text: string, times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      const answer = await monitor.request('POST', '/v1/sentiment', { texts: [{ text: `${text} ${String(asked++)}` }] });
      expect(answer).toMatchObject({ status: 200, body: { modelVersion: '1', results: [{ label: 'negative' }] } });
    }
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-shadow-'));
    store = new ModelStore(join(folder, 'models'));
    // Version 2 calls good what is bad, 3 is damaged, 4 is for another task.
    await writeWordListModel(store.location, '2', [...LABELS].reverse());
    await writeWordListModel(store.location, '3');
    await writeWordListModel(store.location, '4', ['refund', 'delivery', 'password']);
    await writeWordListModel(store.location, '1');
    monitor = await startMonitor({ ATTUNE_MODELS: store.location, ATTUNE_DATA: join(folder, 'data') });
  }, 240_000);
  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has none before one is put there', async () => {
    await ask('a terrible loss', 1);
    expect(await shadow()).toBeUndefined();
  });

  it('lets it score what is asked, and tells where it says something else', async () => {
    await store.startShadow(APP, '2', 1);
    await until(async () => (await shadow())?.version === '2');
    expect(await shadow()).toMatchObject({ model: APP, against: '1', share: 1 });
    await until(async () => {
      await ask('a terrible loss', 5);
      return ((await shadow())?.scored ?? 0) >= 10;
    });
    const told = await shadow();
    expect(told).toMatchObject({ failed: 0, tasks: { sentiment: { pairs: [{ served: 'negative', candidate: 'positive' }] } } });
    const { texts, disagreements, pairs, meanDifference } = told?.tasks.sentiment ?? { pairs: [], meanDifference: 0 };
    expect(disagreements).toBe(texts);
    expect(pairs[0].texts).toBe(texts);
    expect(meanDifference).toBeGreaterThan(0.5);
    expect(told?.seconds?.candidate).toBeGreaterThan(0);
    const metrics = (await monitor.request('GET', '/metrics')).body as string;
    expect(metrics).toMatch(/attune_model_shadow_texts\{[^}]*version="2",outcome="scored"[^}]*\} [1-9]/);
    expect(metrics).toMatch(/attune_model_shadow_difference\{[^}]*task="sentiment",of="labels"[^}]*\} 1\n/);
    expect(JSON.stringify(told)).not.toContain('terrible');
  });

  it('answers on where a damaged one, or one for another task, is put there', async () => {
    // What is put in shadow is whole; it is damaged before the monitor looks.
    monitor.child.kill('SIGSTOP');
    await store.startShadow(APP, '3', 1);
    await truncate(join(store.location, APP, '3/onnx/model_quantized.onnx'), 1_000);
    monitor.child.kill('SIGCONT');
    await until(async () => (await shadow())?.version === '3');
    expect(await shadow()).toMatchObject({ scored: 0, tasks: {}, problem: expect.stringContaining('model_quantized.onnx') as string });
    await store.startShadow(APP, '4', 1);
    await until(async () => (await shadow())?.version === '4');
    expect(await shadow()).toMatchObject({ problem: expect.stringContaining('does not judge sentiment') as string });
    await ask('a terrible loss', 3);
    expect((await monitor.request('GET', '/health/ready')).status).toBe(200);
  });

  it('ends it when it is promoted', async () => {
    await store.startShadow(APP, '2', 1);
    await until(async () => (await shadow())?.version === '2');
    await store.promote(APP, '2');
    await until(async () => (await shadow()) === undefined);
    expect(await store.shadow(APP)).toBeUndefined();
  });
});
