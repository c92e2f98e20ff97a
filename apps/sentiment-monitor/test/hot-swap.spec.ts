import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWordListModel } from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

describe('the sentiment monitor, when a version is promoted', () => {
  let folder: string;
  let models: string;
  let monitor: RunningMonitor;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-'));
    models = join(folder, 'models');
    await writeWordListModel(models);
    monitor = await startMonitor({ ATTUNE_MODELS: models, ATTUNE_DATA: join(folder, 'data') });
  }, 240_000);
  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const refusals = (version: string) =>
    monitor.log.filter((line) => line.version === version && line.msg === 'the promoted version cannot serve');
  const score = () => monitor.request('POST', '/v1/sentiment', { texts: [{ text: 'a terrible loss' }] });

  it('goes on with the old one where the new one is for another task, and loses no document over it', async () => {
    await writeWordListModel(models, '2', ['refund', 'delivery', 'password']);
    await until(async () => refusals('2').length > 0);
    expect(refusals('2')).toMatchObject([{ err: { message: expect.stringContaining('does not judge sentiment') } }]);
    expect(await score()).toMatchObject({ status: 200, body: { modelVersion: '1', results: [{ label: 'negative' }] } });
    const publishedAt = new Date(Date.now() - 60_000).toISOString();
    await monitor.request('POST', '/v1/documents', { id: 'after', source: 'spec', publishedAt, text: 'An excellent week' });
    await until(async () => (await monitor.request('GET', '/v1/documents/after')).status === 200);
    expect(await monitor.request('GET', '/v1/documents/after')).toMatchObject({ body: { modelVersion: '1' } });
  });

  it('goes on with the old one where a file of the new one is damaged, and changes over once a whole one is promoted', async () => {
    // What is promoted is whole; it is damaged before the monitor looks.
    monitor.child.kill('SIGSTOP');
    await writeWordListModel(models, '3');
    await truncate(join(models, 'sentiment-monitor/3/onnx/model_quantized.onnx'), 1_000);
    monitor.child.kill('SIGCONT');
    await until(async () => refusals('3').length > 0);
    expect(refusals('3')).toMatchObject([{ err: { message: expect.stringContaining('model_quantized.onnx') } }]);
    expect(await score()).toMatchObject({ status: 200, body: { modelVersion: '1' } });
    await writeWordListModel(models, '4');
    await until(async () => (await score()).status === 200 && JSON.stringify((await score()).body).includes('"modelVersion":"4"'));
    expect((await monitor.request('GET', '/health/ready')).status).toBe(200);
  });
});
