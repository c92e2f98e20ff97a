import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { Predictor } from '@attune/inference';
import { keepTrainingRows, writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

const ROWS = [
  { text: 'a terrible loss', pair: 'Orbix', label: 'negative' },
  { text: 'good growth', pair: 'Orbix', label: 'positive' },
  { text: 'it opens on Monday', label: 'neutral' },
];

describe('what the monitor was taught about the like of a text', () => {
  let folder: string;
  let monitor: RunningMonitor;

  const explained = async (text: string, entity?: string): Promise<unknown> => {
    const { body } = await monitor.request('POST', '/v1/sentiment', { texts: [{ text, entity }], explain: true });
    return (body as { results: { trainingRows: unknown }[] }).results[0].trainingRows;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-nearest-'));
    const models = join(folder, 'models');
    await writeWordListModel(models);
    const source = join(models, 'source-sentiment-monitor-1');
    const predictor = await Predictor.open(source, { precision: 'int8', threads: 1 });
    await keepTrainingRows(source, ROWS, (inputs) => predictor.embed(inputs));
    await predictor.close();
    const store = new ModelStore(models);
    await store.add('sentiment-monitor', '2', source);
    await store.promote('sentiment-monitor', '2');
    monitor = await startMonitor({ ATTUNE_MODELS: models, ATTUNE_DATA: join(folder, 'data') });
  }, 180_000);
  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is shown with an explanation, the nearest first', async () => {
    const near = await explained('a terrible loss', 'Orbix');
    expect(near).toMatchObject({ kept: 3, nearest: [{ text: 'a terrible loss', entity: 'Orbix', label: 'negative' }, {}, {}] });
    const [first, second, third] = (near as { nearest: { cosine: number }[] }).nearest.map(({ cosine }) => cosine);
    expect(first).toBeCloseTo(1, 3);
    expect(first).toBeGreaterThan(second);
    expect(second).toBeGreaterThanOrEqual(third);
    expect(await explained('growth')).toMatchObject({ nearest: [{ text: 'good growth', label: 'positive' }, {}, {}] });
    const { body } = await monitor.request('POST', '/v1/sentiment', { texts: [{ text: 'growth' }] });
    expect((body as { results: object[] }).results[0]).not.toHaveProperty('trainingRows');
  });

  it('is shown with a document', async () => {
    await monitor.request('POST', '/v1/watches', { name: 'Orbix', target: { kind: 'entity', names: ['Orbix'] } });
    const document = { id: 'fall', source: 'spec', publishedAt: new Date(Date.now() - 60_000).toISOString(), text: 'Orbix: a loss' };
    await monitor.request('POST', '/v1/documents', document);
    await until(async () => (await monitor.request('GET', '/v1/documents/fall')).status === 200);
    expect(await monitor.request('GET', '/v1/documents/fall?explain=true')).toMatchObject({
      body: { sentiments: [{ trainingRows: { kept: 3, nearest: [{ label: 'negative' }, {}, {}] } }] },
    });
  });

  it('is said to be nothing where the version that serves keeps no rows', async () => {
    await new ModelStore(join(folder, 'models')).promote('sentiment-monitor', '1');
    await until(async () => {
      const { body } = await monitor.request('POST', '/v1/sentiment', { texts: [{ text: 'growth' }] });
      return (body as { modelVersion: string }).modelVersion === '1';
    });
    expect(await explained('growth')).toEqual({ kept: 0, nearest: [] });
  });
});
