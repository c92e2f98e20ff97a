import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFiles, MANIFEST_FILE, ModelStore } from '@attune/artifact';
import {
  describeModelStore,
  describeUnlessMissing,
  describeWithReal,
  mountSmallDisk,
  realS3,
  smallDiskMissing,
  startS3,
  until,
  writeModelDirectory,
  type RunningS3,
} from '@attune/testing';
import { faultyConnection, type FaultyConnection } from '../../test/faulty-connection';
import { storeInBucket, type StoreInBucket } from '../../test/store-in-bucket';

const APP = 'support';
const HOURS = 60 * 60 * 1000;

describeWithReal(realS3, 'ModelStore in a bucket', (server) => {
  describeModelStore(() => storeInBucket(server()));

  let sources: string;
  let kept: StoreInBucket;
  let store: ModelStore;
  const source = (version: string): string => join(sources, version);
  const stored = (...path: string[]): string => join(kept.files, APP, ...path);
  const present = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );

  async function writeSource(version: string, content = `model ${version}`): Promise<void> {
    await writeModelDirectory(source(version), content);
  }

  /** Adds a small and a large file to a model, so that there is time for something to happen. */
  async function enlarge(version: string, bytes: number): Promise<void> {
    const names = ['small.bin', 'large.bin'];
    for (const name of names) await writeFile(join(source(version), name), name);
    await truncate(join(source(version), 'large.bin'), bytes);
    const path = join(source(version), MANIFEST_FILE);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as { files: object };
    manifest.files = { ...manifest.files, ...(await describeFiles(source(version), names)) };
    await writeFile(path, JSON.stringify(manifest));
  }

  beforeEach(async () => {
    sources = await mkdtemp(join(tmpdir(), 'attune-models-'));
    kept = await storeInBucket(server());
    store = await kept.open();
    await writeSource('1');
    await writeSource('2');
  });
  afterEach(async () => {
    await kept.remove();
    await rm(sources, { recursive: true, force: true });
  });

  /** Versions in a cache, and whatever else lies there. */
  async function cached(folder = kept.cache): Promise<string[]> {
    const [bucket] = await readdir(folder);
    return bucket === undefined ? [] : (await readdir(join(folder, bucket, APP))).filter((name) => name !== 'current.json');
  }

  const versionFolder = async (): Promise<string> => (await store.open(APP)).directory;

  describe('when a version is written', () => {
    /** Kills a process that writes version 1, when its small files are there. */
    async function interruptUpload(): Promise<void> {
      await enlarge('1', 128 << 20);
      const child = fork(join(__dirname, '../../test/add-process.js'), [kept.address, APP, '1', source('1')], {
        env: { ...process.env, ...kept.variables },
      });
      await until(async () => (await present(stored('1/onnx/model.onnx'))) && (await present(stored('1/small.bin'))));
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await present(stored('1', MANIFEST_FILE))).toBe(false);
    }

    it('shows nothing of it before its manifest is there, and goes on where a killed process stopped', async () => {
      await interruptUpload();
      expect(await store.list(APP)).toEqual([]);
      await expect(store.promote(APP, '1')).rejects.toMatchObject({ code: 'missing-file' });
      const { ino } = await stat(stored('1/onnx/model.onnx'));
      await store.add(APP, '1', source('1'));
      // It was not sent again.
      expect((await stat(stored('1/onnx/model.onnx'))).ino).toBe(ino);
      await store.verify(APP, '1');
      expect(await present(stored('.uploads/1.json'))).toBe(false);
    });

    it('refuses another model of that name for an hour, and then clears away what the first left', async () => {
      await interruptUpload();
      await expect(store.add(APP, '1', source('2'))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('Another process is writing'),
      });
      const old = new Date(Date.now() - 2 * HOURS);
      await utimes(stored('.uploads/1.json'), old, old);
      await store.add(APP, '1', source('2'));
      expect(await readFile(stored('1/onnx/model.onnx'), 'utf8')).toBe('model 2');
      expect(await present(stored('1/small.bin'))).toBe(false);
      await store.verify(APP, '1');
    });

    it('lets one of several writers of one version through, and its files are all of one model', async () => {
      const others = await Promise.all(['1', '2', '1', '2'].map(async (version) => ({ version, store: await kept.open() })));
      const results = await Promise.allSettled(others.map(({ version, store: each }) => each.add(APP, 'new', source(version))));
      const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(refusals).toHaveLength(3);
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'conflict' });
      await store.verify(APP, 'new');
    });
  });

  describe('when a version is read', () => {
    beforeEach(async () => {
      for (const version of ['1', '2']) await store.add(APP, version, source(version));
      await store.promote(APP, '1');
    });

    it('refuses an object that was changed, and keeps nothing of it', async () => {
      await writeFile(stored('1/onnx/model.onnx'), 'model X');
      await expect(store.open(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('onnx/model.onnx') });
      expect(await cached()).toEqual([]);
      await writeFile(stored('1/onnx/model.onnx'), 'model 1');
      expect(await store.open(APP)).toMatchObject({ version: '1' });
    });

    it('fetches a version once for processes that want it at once, and again where its copy was damaged', async () => {
      const stores = await Promise.all([1, 2, 3, 4].map(() => kept.open()));
      const folders = (await Promise.all(stores.map((each) => each.open(APP)))).map(({ directory }) => directory);
      expect(new Set(folders).size).toBe(1);
      expect(await cached()).toHaveLength(1);
      await appendFile(join(folders[0], 'onnx/model.onnx'), 'x');
      expect(await readFile(join(await versionFolder(), 'onnx/model.onnx'), 'utf8')).toBe('model 1');
      await rm(join(folders[0], MANIFEST_FILE));
      expect(await readFile(join(await versionFolder(), MANIFEST_FILE), 'utf8')).toBe(
        await readFile(join(source('1'), MANIFEST_FILE), 'utf8'),
      );
      expect(await cached()).toHaveLength(1);
    });

    it('forgets versions that were not opened for an hour, but the newest three', async () => {
      const opened: string[] = [];
      for (const version of ['a', 'b', 'c', 'd', 'e']) {
        await writeSource(version);
        await store.add(APP, version, source(version));
        await store.promote(APP, version);
        opened.push(await versionFolder());
      }
      expect(await cached()).toHaveLength(5);
      for (const [at, folder] of opened.entries()) await utimes(folder, new Date(), new Date(Date.now() - (10 - at) * HOURS));
      await store.promote(APP, '1');
      opened.push(await versionFolder());
      expect((await cached()).sort()).toEqual(
        opened
          .slice(3)
          .map((folder) => folder.split('/').at(-1))
          .sort(),
      );
    });

    it('says where the cache cannot be written', async () => {
      const file = join(sources, 'file');
      await writeFile(file, '');
      await expect((await kept.open(file)).open(APP)).rejects.toMatchObject({
        code: 'bad-config',
        remedy: expect.stringContaining('ATTUNE_MODEL_CACHE'),
      });
    });
  });

  it('finishes what a process that was killed in mid-promotion had decided, before the next', async () => {
    for (const version of ['1', '2']) await store.add(APP, version, source(version));
    await store.promote(APP, '1');
    const before = await readFile(stored('current'), 'utf8');
    await store.promote(APP, '2');
    await writeFile(stored('current'), before);
    await expect(store.rollback(APP)).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(store.promote(APP, '2')).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('generation 2') });
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    expect(await store.rollback(APP)).toMatchObject({ version: '1', generation: 3 });
  });

  it('is the same store as a folder that was copied into the bucket', async () => {
    for (const version of ['1', '2']) await store.add(APP, version, source(version));
    await store.promote(APP, '1');
    await store.promote(APP, '2');
    const folder = join(sources, 'copy');
    await cp(kept.files, folder, { recursive: true });
    const copy = new ModelStore(folder);
    expect(await copy.open(APP)).toMatchObject({ version: '2', generation: 2 });
    expect(await copy.rollback(APP)).toMatchObject({ version: '1', generation: 3 });
    expect((await copy.list(APP)).map(({ version }) => version)).toEqual(['1', '2']);
  });
});

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

  it('sends a file again that was lost on its way', async () => {
    await writeModelDirectory(join(sources, '3'), 'three');
    connection.loseAnswerTo(`PUT /${kept.address.slice('s3://'.length)}/${APP}/3/onnx/model.onnx`);
    await store.add(APP, '3', join(sources, '3'));
    await store.verify(APP, '3');
  });
});
