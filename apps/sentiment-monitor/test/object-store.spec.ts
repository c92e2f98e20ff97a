import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createBucket, describeWithReal, realS3, startS3, until, writeWordListModel, type RunningS3 } from '@attune/testing';
import { startMonitor, type RunningMonitor } from './running-monitor';

const ATTUNE = join(__dirname, '../../cli/bin/attune.js');
const APP = 'sentiment-monitor';

// The spec kills its server, so the shared one is not used.
describeWithReal(realS3, 'the sentiment monitor with its models in an object store', () => {
  let folder: string;
  let s3: RunningS3;
  let environment: Record<string, string>;
  let monitor: RunningMonitor;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-monitor-'));
    s3 = await startS3();
    const bucket = `attune-${randomUUID()}`;
    environment = {
      ...(await createBucket(s3.address, bucket)),
      ATTUNE_MODELS: `s3://${bucket}/models`,
      ATTUNE_MODEL_CACHE: join(folder, 'cache'),
    };
    await publish('1');
    await attune('promote', APP, '1');
    monitor = await start();
  }, 240_000);
  afterAll(async () => {
    await monitor.stop();
    await s3.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = () => startMonitor({ ...environment, ATTUNE_DATA: join(folder, 'data') });

  /** The command line, as another process on another machine. */
  const attune = async (...verb: string[]): Promise<string> => {
    const { PATH = '', HOME = '' } = process.env;
    const variables = { PATH, HOME, ...environment, ATTUNE_MODEL_CACHE: join(folder, 'other-cache') };
    return (await promisify(execFile)(process.execPath, [ATTUNE, 'models', ...verb], { env: variables })).stdout;
  };

  async function publish(version: string): Promise<void> {
    await writeWordListModel(join(folder, 'trained'), version);
    await attune('add', APP, version, join(folder, 'trained', APP, version));
  }

  const served = async (): Promise<unknown> => {
    const { body } = await monitor.request('POST', '/v1/sentiment', { texts: [{ text: 'a terrible loss' }] });
    return body;
  };

  it('serves the promoted version, and changes over when another process promotes one', async () => {
    expect(await served()).toMatchObject({ modelVersion: '1', results: [{ label: 'negative' }] });
    await publish('2');
    await attune('promote', APP, '2');
    await until(async () => JSON.stringify(await served()).includes('"modelVersion":"2"'));
    await attune('rollback', APP);
    await until(async () => JSON.stringify(await served()).includes('"modelVersion":"1"'));
    expect(await attune('list', APP)).toMatch(/sentiment-monitor\/2/);
  }, 120_000);

  it('serves on while the object store is away, and starts with what it has', async () => {
    await s3.kill();
    await until(() => Promise.resolve(monitor.log.some(({ msg }) => msg === 'the promoted version cannot serve')));
    expect(await served()).toMatchObject({ modelVersion: '1' });
    await monitor.stop();
    monitor = await start();
    expect(await served()).toMatchObject({ modelVersion: '1' });
    await s3.restart();
    await attune('promote', APP, '2');
    await until(async () => JSON.stringify(await served()).includes('"modelVersion":"2"'));
  }, 120_000);
});
