import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ModelStore } from '@attune/artifact';
import { startMonitor, type RunningMonitor } from './running-monitor';

const ATTUNE = join(__dirname, '../../cli/bin/attune.js');
const HEAD = join(__dirname, '../head/zero-shot.yaml');

describe('the sentiment monitor, before a single row is labelled', () => {
  let folder: string;
  let monitor: RunningMonitor | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-first-day-'));
    const out = join(folder, 'head');
    await promisify(execFile)(process.execPath, [ATTUNE, 'train', '-c', HEAD, '--out', out]);
    const store = new ModelStore(join(folder, 'models'));
    await store.add('sentiment-monitor', 'first-day', out);
    await store.promote('sentiment-monitor', 'first-day');
    monitor = await startMonitor({ ATTUNE_MODELS: join(folder, 'models'), ATTUNE_DATA: join(folder, 'data') });
  }, 300_000);
  afterAll(async () => {
    await monitor?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts and answers with a head that was told its labels in words', async () => {
    const texts = [
      'Quarterly profit rose by a third and beat every forecast.',
      'The company cut jobs after heavy losses and warned of worse to come.',
    ];
    const answer = await monitor?.request('POST', '/v1/sentiment', { texts: texts.map((text) => ({ text })) });
    expect(answer).toMatchObject({
      status: 200,
      body: { modelVersion: 'first-day', results: [{ label: 'positive' }, { label: 'negative' }] },
    });
  });
});
