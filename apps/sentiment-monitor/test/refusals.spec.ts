import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWordListModel } from '@attune/testing';
import { startInVain } from './running-monitor';

describe('the sentiment monitor refuses to start', () => {
  let folder: string;
  const environment = (more: Record<string, string> = {}) => ({
    ATTUNE_MODELS: join(folder, 'models'),
    ATTUNE_DATA: join(folder, 'data'),
    ...more,
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('with every fault of its configuration', async () => {
    const { status, output } = await startInVain(environment({ ATTUNE_STAGES: 'scoring', ATTUNE_PRECISON: 'int8', ATTUNE_PORT: 'x' }));
    expect(status).toBe(2);
    for (const name of ['ATTUNE_PRECISON', 'ATTUNE_PRECISION', 'ATTUNE_PORT']) expect(output).toContain(name);
  });

  it('on the network without keys', async () => {
    const { status, output } = await startInVain(environment({ ATTUNE_HOST: '0.0.0.0' }));
    expect(status).toBe(2);
    expect(output).toContain('ATTUNE_API_KEYS');
  });

  it('without a model', async () => {
    const { status, output } = await startInVain(environment());
    expect(status).toBe(1);
    expect(output).toContain('No version of sentiment-monitor was promoted');
  });

  it('with a head of another task', async () => {
    await writeWordListModel(join(folder, 'models'), '1', ['refund', 'delivery', 'password']);
    const { status, output } = await startInVain(environment());
    expect(status).toBe(1);
    expect(output).toContain('does not judge sentiment');
  });

  it('with a damaged model', async () => {
    const models = join(folder, 'models');
    await writeWordListModel(models);
    const [file] = (await readdir(join(models, 'sentiment-monitor/1/onnx'))).filter((name) => name.includes('quantized'));
    await truncate(join(models, 'sentiment-monitor/1/onnx', file), 1_000);
    const { status, output } = await startInVain(environment());
    expect(status).toBe(1);
    expect(output).toContain('is not the file that the manifest describes');
  });
});
