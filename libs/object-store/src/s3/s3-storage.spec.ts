import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFiles, MANIFEST_FILE, ModelStore, readManifest } from '@attune/artifact';
import { describeModelStore, describeWithReal, realS3, until, writeModelDirectory } from '@attune/testing';
import { storeInBucket, type StoreInBucket } from '../../test/store-in-bucket';
import { S3Storage } from './s3-storage';

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

    it('says that the version is there where another writer has just finished, and leaves no claim', async () => {
      await writeSource('3', 'model 3');
      await enlarge('3', 1);
      await store.add(APP, 'new', source('3'));
      const storage = await S3Storage.open(kept.location, kept.cache);
      // Past the look that the store takes before it asks its storage.
      await expect(storage.add(APP, 'new', source('1'), await readManifest(source('1')))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('has a version new already'),
      });
      expect(await present(stored('.uploads/new.json'))).toBe(false);
      await store.verify(APP, 'new');
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

  it('goes by what a process that was killed in mid-promotion had decided, and finishes it with the next', async () => {
    for (const version of ['1', '2']) await store.add(APP, version, source(version));
    await store.promote(APP, '1');
    const before = await readFile(stored('current'), 'utf8');
    await store.promote(APP, '2');
    await writeFile(stored('current'), before);
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    expect(await store.rollback(APP)).toMatchObject({ version: '1', generation: 3 });
    expect(JSON.parse(await readFile(stored('current'), 'utf8'))).toMatchObject({ version: '1', generation: 3 });
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
