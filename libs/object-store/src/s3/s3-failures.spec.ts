import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AttuneError, ModelStore } from '@attune/artifact';
import {
  describeUnlessMissing,
  describeWithReal,
  mountSmallDisk,
  realS3,
  smallDiskMissing,
  startS3,
  writeModelDirectory,
  type RunningS3,
} from '@attune/testing';
import { faultyConnection, type FaultyConnection } from '../../test/faulty-connection';
import { storeInBucket, type StoreInBucket } from '../../test/store-in-bucket';
import { openModelStore } from '../open-model-store';
import { RENEWED_AFTER } from './upload-claim';

const APP = 'support';
const HOURS = 60 * 60 * 1000;

/** What stays real where a spec fires the timer that renews a claim. */
const ALL_BUT_INTERVALS = [
  'Date',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setTimeout',
  'clearTimeout',
] as const;

/** A server of its own for these specs, which kill it. */
describeWithReal(realS3, 'ModelStore in a bucket that fails', () => {
  let s3: RunningS3;
  let connection: FaultyConnection;
  let sources: string;
  let kept: StoreInBucket;
  let store: ModelStore;

  beforeEach(async () => {
    s3 = await startS3();
    connection = await faultyConnection(s3.address.endpoint);
    sources = await mkdtemp(join(tmpdir(), 'attune-models-'));
    kept = await storeInBucket({ ...s3.address, endpoint: connection.endpoint });
    store = await kept.open();
    for (const version of ['1', '2']) {
      await writeModelDirectory(join(sources, version), version.repeat(4 << 20));
      await store.add(APP, version, join(sources, version));
    }
    await store.promote(APP, '1');
  }, 60_000);
  afterEach(async () => {
    await kept.remove();
    await connection.close();
    await s3.stop();
    await rm(sources, { recursive: true, force: true });
  });

  it('goes on with the version that served while it is away, also after a start', async () => {
    const { directory } = await store.open(APP);
    await store.promote(APP, '2');
    await s3.kill();
    await expect(store.current(APP)).rejects.toMatchObject({
      code: 'dependency-unavailable',
      message: expect.stringContaining(kept.address),
    });
    await expect(store.promote(APP, '1')).rejects.toMatchObject({ code: 'dependency-unavailable' });
    // That 2 was promoted was never seen by a reader that has it.
    const started = await kept.open();
    await expect((await kept.open(join(sources, 'empty'))).open(APP)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    expect(await started.open(APP)).toMatchObject({ version: '1', directory });
    await s3.restart();
    expect(await started.open(APP)).toMatchObject({ version: '2', generation: 2 });
  });

  it('goes on with the version that it has where a new one was seen and did not arrive', async () => {
    const { directory } = await store.open(APP);
    await store.promote(APP, '2');
    connection.cutAfter(1 << 20, () => s3.kill());
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    expect(await (await kept.open()).open(APP)).toMatchObject({ version: '1', directory });
    await s3.restart();
  });

  it('keeps nothing of a download in which the server was killed, and makes it anew', async () => {
    connection.cutAfter(1 << 20, () => s3.kill());
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'dependency-unavailable' });
    const [bucket] = await readdir(kept.cache);
    expect(await readdir(join(kept.cache, bucket, APP))).toEqual([]);
    await s3.restart();
    const { directory } = await store.open(APP);
    expect((await stat(join(directory, 'onnx/model.onnx'))).size).toBe(4 << 20);
  });

  describeUnlessMissing({ name: 'small disk', missing: smallDiskMissing() }, 'and a full disk', () => {
    it('says so, and keeps nothing of a version for which there is no room', async () => {
      const disk = mountSmallDisk(2);
      try {
        await expect((await kept.open(disk.folder)).open(APP)).rejects.toMatchObject({
          code: 'disk-full',
          remedy: expect.stringContaining('ATTUNE_MODEL_CACHE'),
        });
        const [bucket] = await readdir(disk.folder);
        expect(await readdir(join(disk.folder, bucket, APP))).toEqual([]);
      } finally {
        disk.remove();
      }
    });
  });

  it('knows its own promotion again where the answer to it was lost', async () => {
    connection.loseAnswerTo(`PUT /${kept.address.slice('s3://'.length)}/${APP}/.history/2.json`);
    expect(await store.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
  });

  it('tells a promotion that was decided as done where `current` could not follow, and what was left', async () => {
    const left: AttuneError[] = [];
    const told = await openModelStore(kept.address, { cache: kept.cache, onLeft: (problem) => left.push(problem) });
    const current = `/${kept.address.slice('s3://'.length)}/${APP}/current`;
    connection.refuse(`PUT ${current}`);
    expect(await told.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    expect(left).toMatchObject([{ message: expect.stringContaining('2 serves as generation 2') }]);
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    // Nor does one that serves already fail of it.
    expect(await told.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    // Who lost learns that, whatever else is the matter.
    await expect(told.promote(APP, '1', { expectedGeneration: 1 })).rejects.toMatchObject({ code: 'conflict' });
    connection.refuse(undefined);
    await told.promote(APP, '1');
    expect(left).toHaveLength(2);
    expect(JSON.parse(await readFile(join(kept.files, APP, 'current'), 'utf8'))).toMatchObject({ version: '1', generation: 3 });
  });

  describe('and a writer that was away for an hour', () => {
    afterEach(() => jest.useRealTimers());

    it('ends in the middle of a file when another took its place, and leaves that one whole', async () => {
      // The server compares its own time with that of requests.
      jest.useFakeTimers({ doNotFake: [...ALL_BUT_INTERVALS] });
      const uploads = join(kept.files, APP, '.uploads/3.json');
      const isHeld = connection.hold(`PUT /${kept.address.slice('s3://'.length)}/${APP}/3/onnx/model.onnx`);
      const late = store.add(APP, '3', join(sources, '1'));
      late.catch(() => undefined);
      await isHeld;
      const old = new Date(Date.now() - 2 * HOURS);
      await utimes(uploads, old, old);
      await (await kept.open()).add(APP, '3', join(sources, '2'));
      jest.advanceTimersByTime(RENEWED_AFTER);
      await expect(late).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Another process is writing') });
      await expect(stat(uploads)).rejects.toMatchObject({ code: 'ENOENT' });
      await store.verify(APP, '3');
      expect((await readFile(join(kept.files, APP, '3/onnx/model.onnx'), 'utf8')).startsWith('2')).toBe(true);
    });
  });

  it('sends a file again that was lost on its way', async () => {
    await writeModelDirectory(join(sources, '3'), 'three');
    connection.loseAnswerTo(`PUT /${kept.address.slice('s3://'.length)}/${APP}/3/onnx/model.onnx`);
    await store.add(APP, '3', join(sources, '3'));
    await store.verify(APP, '3');
  });
});
