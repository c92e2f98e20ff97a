import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_FILE, type Manifest } from '../manifest';
import { sha256 } from '../sha256';
import { textNormalizationSchema } from '../text-normalization';
import { ModelStore } from './model-store';

const APP = 'support';

async function writeModel(directory: string, content: string, schemaVersion = 1): Promise<void> {
  await mkdir(join(directory, 'onnx'), { recursive: true });
  await writeFile(join(directory, 'onnx/model.onnx'), content);
  const manifest: Omit<Manifest, 'schemaVersion'> & { schemaVersion: number } = {
    schemaVersion,
    createdBy: 'a spec',
    tasks: [],
    embedding: { output: 'embedding', dimension: 4, pooling: 'mean', normalized: true },
    encoder: { id: 'tiny', hash: 'tiny', family: 'bert', hiddenSize: 4, tokenTypes: 2, padTokenId: 0 },
    maxLength: 8,
    normalization: textNormalizationSchema.parse({}),
    onnx: { fp32: 'onnx/model.onnx' },
    files: { 'onnx/model.onnx': { sha256: sha256(content), bytes: content.length } },
  };
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(manifest));
}

describe('ModelStore', () => {
  let root: string;
  let store: ModelStore;
  const folder = (...path: string[]): string => join(root, 'models', APP, ...path);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'attune-store-'));
    store = new ModelStore(join(root, 'models'));
    for (const version of ['1', '2', '3']) await writeModel(folder(version), `model ${version}`);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('lists versions with what serves, and nothing before anything was promoted', async () => {
    expect(await store.current(APP)).toBeUndefined();
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'missing-file', remedy: expect.stringContaining('promote') });
    await store.promote(APP, '2');
    expect((await store.list(APP)).map(({ version, isCurrent }) => [version, isCurrent])).toEqual([
      ['1', false],
      ['2', true],
      ['3', false],
    ]);
    expect(await store.apps()).toEqual([APP]);
    expect(await store.list('unheard-of')).toEqual([]);
  });

  it('writes version, manifest hash and generation into current, and opens that version', async () => {
    await store.promote(APP, '1');
    const manifestSha256 = sha256(await readFile(folder('1', MANIFEST_FILE)));
    expect(JSON.parse(await readFile(folder('current'), 'utf8'))).toMatchObject({ version: '1', manifestSha256, generation: 1 });
    expect(await store.open(APP)).toMatchObject({ version: '1', generation: 1, directory: folder('1') });
    expect(await store.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    expect(await store.promote(APP, '2')).toMatchObject({ generation: 2 });
  });

  it('rolls back step by step, then says that nothing is left', async () => {
    for (const version of ['1', '2', '3']) await store.promote(APP, version);
    expect(await store.rollback(APP)).toMatchObject({ version: '2', generation: 4 });
    expect(await store.rollback(APP)).toMatchObject({ version: '1', generation: 5 });
    await expect(store.rollback(APP)).rejects.toMatchObject({ code: 'wrong-use' });
    await store.promote(APP, '3');
    expect(await store.rollback(APP)).toMatchObject({ version: '1', generation: 7 });
    expect((await store.history(APP)).map(({ version }) => version)).toEqual(['1', '3', '1', '2', '3', '2', '1']);
  });

  it('remembers a bounded number of promotions', async () => {
    for (let i = 0; i < 30; i++) await store.promote(APP, String(1 + (i % 3)));
    expect(await store.current(APP)).toMatchObject({ generation: 30 });
    expect(await store.history(APP)).toHaveLength(20);
    expect(await readdir(folder('.history'))).toHaveLength(20);
  });

  it.each(['../x', '..', '.', '', 'a/b', 'a\\b', 'current', 'CURRENT', '.history', 'x\0', ' ', 'é', 'x'.repeat(129), '-x'])(
    'refuses %j as a name',
    async (name) => {
      await mkdir(join(root, 'x'));
      await writeModel(join(root, 'x'), 'outside');
      await expect(store.promote(APP, name)).rejects.toMatchObject({ code: 'wrong-use' });
      await expect(store.list(name)).rejects.toMatchObject({ code: 'wrong-use' });
      await expect(store.add(APP, name, folder('1'))).rejects.toMatchObject({ code: 'wrong-use' });
      expect(await store.current(APP)).toBeUndefined();
    },
  );

  it('refuses a version that is a link out of the store', async () => {
    await writeModel(join(root, 'outside'), 'outside');
    await symlink(join(root, 'outside'), folder('linked'));
    await expect(store.promote(APP, 'linked')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('outside') });
  });

  it('promotes no version that is damaged, absent or of an unknown schema, and says which', async () => {
    await store.promote(APP, '1');
    await appendFile(folder('2', 'onnx/model.onnx'), 'x');
    await writeModel(folder('newer'), 'newer', 2);
    await expect(store.promote(APP, '2')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('onnx/model.onnx') });
    await expect(store.promote(APP, 'newer')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('version 2') });
    await expect(store.promote(APP, '9')).rejects.toMatchObject({ code: 'missing-file' });
    expect((await store.list(APP)).find(({ version }) => version === 'newer')?.problem?.message).toContain('version 2');
    expect(await store.current(APP)).toMatchObject({ version: '1', generation: 1 });
  });

  it('neither opens nor rolls back to a version that was replaced since it served', async () => {
    await store.promote(APP, '1');
    await store.promote(APP, '2');
    await writeModel(folder('1'), 'another');
    await expect(store.rollback(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('not the one') });
    await writeModel(folder('2'), 'another');
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('not the one') });
    expect(await store.promote(APP, '2')).toMatchObject({ generation: 3 });
  });

  it('promotes only from the generation that was expected', async () => {
    await store.promote(APP, '1', { expectedGeneration: 0 });
    await expect(store.promote(APP, '2', { expectedGeneration: 0 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.rollback(APP, { expectedGeneration: 7 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.promote(APP, '2', { expectedGeneration: 1 })).toMatchObject({ generation: 2 });
  });

  it('finishes what a process that was killed in mid-promotion had decided', async () => {
    await store.promote(APP, '1');
    const before = await readFile(folder('current'), 'utf8');
    await store.promote(APP, '2');
    await writeFile(folder('current'), before);
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    await store.promote(APP, '3');
    expect(JSON.parse(await readFile(folder('current'), 'utf8'))).toMatchObject({ version: '3', generation: 3 });
    await rm(folder('current'));
    expect(await store.current(APP)).toMatchObject({ version: '3', generation: 3 });
  });

  it.each([
    ['{"schemaVersion": 2}', 'version 2'],
    ['{', 'damaged'],
    ['{"version": "../x"}', 'damaged'],
  ])('refuses a current that reads %s', async (content, reason) => {
    await store.promote(APP, '1');
    await writeFile(folder('current'), content);
    await expect(store.current(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(reason) });
  });

  it('adds a copy of a model once', async () => {
    const directory = await store.add(APP, '4', folder('1'));
    expect(directory).toBe(folder('4'));
    await store.verify(APP, '4');
    await expect(store.add(APP, '4', folder('2'))).rejects.toMatchObject({ code: 'conflict' });
    await rename(folder('3', 'onnx/model.onnx'), folder('3', 'gone'));
    await expect(store.add(APP, '5', folder('3'))).rejects.toMatchObject({ code: 'bad-model' });
    expect((await readdir(folder())).sort()).toEqual(['1', '2', '3', '4']);
  });

  describe('with two processes', () => {
    let processes: ChildProcess[];
    beforeEach(async () => {
      processes = [1, 2].map(() => fork(join(__dirname, '../../test/promote-process.js'), [store.directory, APP]));
      await Promise.all(processes.map((child) => once(child, 'message')));
    });
    afterEach(() => Promise.all(processes.map((child) => (child.kill(), once(child, 'exit')))));

    it('lets one of two promotions at once win, and tells the other why it did not', async () => {
      await writeModel(folder('4'), 'model 4');
      for (let generation = 0; generation < 20; generation++) {
        const answers = processes.map(async (child) => ((await once(child, 'message')) as unknown[])[0]);
        // Never the version that serves, which would stay.
        const versions = generation % 2 === 0 ? ['1', '2'] : ['3', '4'];
        processes.forEach((child, i) => child.send({ version: versions[i], expectedGeneration: generation }));
        const answered = await Promise.all(answers);
        expect(answered).toContainEqual({ generation: generation + 1 });
        expect(answered).toContainEqual({ code: 'conflict', message: expect.stringMatching(/was not promoted/) });
        expect(await store.current(APP)).toMatchObject({ generation: generation + 1 });
        expect(JSON.parse(await readFile(folder('current'), 'utf8'))).toMatchObject({ generation: generation + 1 });
      }
      expect((await readdir(folder('.history'))).every((name) => /^\d+\.json$/.test(name))).toBe(true);
    });
  });
});
