import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeModelStore, writeModelDirectory } from '@attune/testing';
import { ModelStore } from './model-store';

const APP = 'support';

describe('ModelStore in a folder', () => {
  describeModelStore(async () => {
    const files = await mkdtemp(join(tmpdir(), 'attune-store-'));
    return {
      files,
      open: () => new ModelStore(files),
      erase: (path) => rm(join(files, path)),
      remove: () => rm(files, { recursive: true }),
    };
  });

  let root: string;
  let store: ModelStore;
  const folder = (...path: string[]): string => join(root, 'models', APP, ...path);
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'attune-store-'));
    store = new ModelStore(join(root, 'models'));
    for (const version of ['1', '2', '3']) await writeModelDirectory(folder(version), `model ${version}`);
  });
  afterEach(() => rm(root, { recursive: true }));

  it('opens a version where it lies', async () => {
    await store.promote(APP, '1');
    expect(await store.open(APP)).toMatchObject({ directory: folder('1') });
  });

  it('refuses a version that is a link out of the store', async () => {
    await writeModelDirectory(join(root, 'outside'), 'outside');
    await symlink(join(root, 'outside'), folder('linked'));
    await expect(store.promote(APP, 'linked')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('outside') });
  });

  it('finishes what a process that was killed in mid-promotion had decided', async () => {
    await store.promote(APP, '1');
    const before = await readFile(folder('current'), 'utf8');
    await store.promote(APP, '2');
    await writeFile(folder('current'), before);
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    await store.promote(APP, '3');
    expect(JSON.parse(await readFile(folder('current'), 'utf8'))).toMatchObject({ version: '3', generation: 3 });
  });

  it('tells a promotion that was decided as done where its clean-up fails, and what was left', async () => {
    const left: string[] = [];
    const told = new ModelStore(store.location, { onLeft: ({ message }) => left.push(message) });
    await told.promote(APP, '1');
    // What looks like a draft of long ago is removed as a file.
    const stuck = folder('.history', '.2-1-abandoned');
    await mkdir(stuck);
    const old = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(stuck, old, old);
    expect(await told.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    expect(left).toEqual([expect.stringContaining('2 serves as generation 2')]);
    expect(await told.rollback(APP)).toMatchObject({ version: '1', generation: 3 });
    await rm(stuck, { recursive: true });
    await told.promote(APP, '3');
    expect(left).toHaveLength(2);
    expect(JSON.parse(await readFile(folder('current'), 'utf8'))).toMatchObject({ version: '3', generation: 4 });
  });

  describe('with two processes', () => {
    let processes: ChildProcess[];
    beforeEach(async () => {
      processes = [1, 2].map(() => fork(join(__dirname, '../../test/promote-process.js'), [store.location, APP]));
      await Promise.all(processes.map((child) => once(child, 'message')));
    });
    afterEach(() => Promise.all(processes.map((child) => (child.kill(), once(child, 'exit')))));

    it('lets one of two promotions at once win, and tells the other why it did not', async () => {
      await writeModelDirectory(folder('4'), 'model 4');
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
