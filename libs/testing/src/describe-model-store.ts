import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_FILE, sha256, textNormalizationSchema, type Manifest, type ModelStore } from '@attune/artifact';

const APP = 'support';

/** An empty model store for one spec. */
export interface ModelStorePlace {
  /** Where what it holds lies as files, so that specs can damage them. */
  readonly files: string;
  /** Opens it as another process would. */
  open(): ModelStore | Promise<ModelStore>;
  /** Removes a file as if it had never been there. */
  erase(path: string): Promise<void>;
  /** Removes the store. */
  remove(): Promise<void>;
}

/** Writes a model directory that holds one file; nothing can be computed with it. */
export async function writeModelDirectory(directory: string, content: string, schemaVersion = 1): Promise<void> {
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
    files: { 'onnx/model.onnx': { sha256: sha256(content), bytes: Buffer.byteLength(content) } },
  };
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(manifest));
}

/** What every model store does, whatever it is kept in. @param place makes an empty one */
export function describeModelStore(place: () => Promise<ModelStorePlace>): void {
  let sources: string;
  let kept: ModelStorePlace;
  let store: ModelStore;
  const stored = (...path: string[]): string => join(kept.files, APP, ...path);
  const source = (version: string): string => join(sources, version);
  beforeEach(async () => {
    sources = await mkdtemp(join(tmpdir(), 'attune-models-'));
    kept = await place();
    store = await kept.open();
    for (const version of ['1', '2', '3']) {
      await writeModelDirectory(source(version), `model ${version}`);
      await store.add(APP, version, source(version));
    }
  });
  afterEach(async () => {
    await kept.remove();
    await rm(sources, { recursive: true });
  });

  it('lists versions with what serves, and nothing before anything was promoted', async () => {
    expect(await store.current(APP)).toBeUndefined();
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'missing-file', remedy: expect.stringContaining('promote') });
    await store.promote(APP, '2');
    const listed = await store.list(APP);
    expect(listed.map(({ version, isCurrent }) => [version, isCurrent])).toEqual([
      ['1', false],
      ['2', true],
      ['3', false],
    ]);
    expect(Math.abs(listed[0].writtenAt.getTime() - Date.now())).toBeLessThan(60_000);
    expect(await store.apps()).toEqual([APP]);
    expect(await store.list('unheard-of')).toEqual([]);
  });

  it('writes version, manifest hash and generation into current, and opens that version', async () => {
    await store.promote(APP, '1');
    const manifestSha256 = sha256(await readFile(join(source('1'), MANIFEST_FILE)));
    expect(JSON.parse(await readFile(stored('current'), 'utf8'))).toMatchObject({ version: '1', manifestSha256, generation: 1 });
    const opened = await store.open(APP);
    expect(opened).toMatchObject({ version: '1', generation: 1, manifestSha256 });
    expect(await readFile(join(opened.directory, 'onnx/model.onnx'), 'utf8')).toBe('model 1');
    expect(await store.promote(APP, '2')).toMatchObject({ version: '2', generation: 2 });
    expect(await store.promote(APP, '2')).toMatchObject({ generation: 2 });
    expect(await (await kept.open()).open(APP)).toMatchObject({ version: '2', generation: 2 });
  });

  it('reads a file of a version, if it is that of the manifest', async () => {
    expect(Buffer.from((await store.readFile(APP, '1', 'onnx/model.onnx')) ?? []).toString()).toBe('model 1');
    expect(await store.readFile(APP, '1', 'metrics.json')).toBeUndefined();
    await appendFile(stored('1/onnx/model.onnx'), 'x');
    await expect(store.readFile(APP, '1', 'onnx/model.onnx')).rejects.toMatchObject({ code: 'bad-model' });
    await expect(store.readFile(APP, '9', 'metrics.json')).rejects.toMatchObject({ code: 'missing-file' });
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
    for (let i = 0; i < 23; i++) await store.promote(APP, String(1 + (i % 3)));
    expect(await store.current(APP)).toMatchObject({ generation: 23 });
    expect(await store.history(APP)).toHaveLength(20);
    expect(await readdir(stored('.history'))).toHaveLength(20);
  });

  it('puts a version in shadow, which serves nobody, until it is taken out or another takes its place', async () => {
    expect(await store.shadow(APP)).toBeUndefined();
    await store.promote(APP, '1');
    const begun = await store.startShadow(APP, '2', 0.25);
    expect(begun).toMatchObject({ version: '2', share: 0.25 });
    const another = await kept.open();
    expect(await another.shadow(APP)).toEqual(begun);
    expect(await another.current(APP)).toMatchObject({ version: '1', generation: 1 });
    expect(await another.openVersion(APP, begun)).toMatchObject({ version: '2', generation: 1, manifestSha256: begun.manifestSha256 });
    await another.startShadow(APP, '3', 1);
    expect(await store.shadow(APP)).toMatchObject({ version: '3', share: 1 });
    expect(await store.stopShadow(APP)).toMatchObject({ version: '3' });
    expect(await store.shadow(APP)).toBeUndefined();
    expect(await store.stopShadow(APP)).toBeUndefined();
    expect((await store.shadowChanges(APP)).map(({ number, version, change }) => [number, version, change])).toEqual([
      [3, '3', 'stopped'],
      [2, '3', 'begun'],
      [1, '2', 'begun'],
    ]);
    expect((await store.list(APP)).map(({ version }) => version)).toEqual(['1', '2', '3']);
  });

  it('ends the shadow of a version that serves, by promotion or rollback, and of no other', async () => {
    await store.promote(APP, '1');
    await store.startShadow(APP, '2', 1);
    await store.promote(APP, '3');
    expect(await store.shadow(APP)).toMatchObject({ version: '2' });
    await store.promote(APP, '2');
    expect(await store.shadow(APP)).toBeUndefined();
    await store.startShadow(APP, '3', 1);
    await store.rollback(APP);
    expect(await store.shadow(APP)).toBeUndefined();
    expect((await store.shadowChanges(APP)).slice(0, 2)).toMatchObject([{ version: '3', change: 'promoted' }, { change: 'begun' }]);
  });

  it('refuses a shadow that cannot be', async () => {
    await expect(store.startShadow(APP, '2', 1)).rejects.toMatchObject({ code: 'wrong-use' });
    await store.promote(APP, '1');
    await expect(store.startShadow(APP, '1', 1)).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(store.startShadow(APP, '9', 1)).rejects.toMatchObject({ code: 'missing-file' });
    for (const share of [0, -1, 1.5, NaN]) await expect(store.startShadow(APP, '2', share)).rejects.toMatchObject({ code: 'wrong-use' });
    await appendFile(stored('2', 'onnx/model.onnx'), 'changed');
    await expect(store.startShadow(APP, '2', 1)).rejects.toMatchObject({ code: 'bad-model' });
    expect(await store.shadow(APP)).toBeUndefined();
  });

  it('remembers the last twenty changes of the shadow, of which one of several at once is made', async () => {
    await store.promote(APP, '1');
    for (let change = 0; change < 11; change++) {
      await store.startShadow(APP, '2', 1);
      await store.stopShadow(APP);
    }
    expect(await store.shadowChanges(APP)).toHaveLength(20);
    expect(await readdir(stored('.shadow'))).toHaveLength(20);
    const outcomes = await Promise.allSettled(['2', '3'].map((version) => store.startShadow(APP, version, 1)));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(outcomes.length - refused.length).toBeGreaterThan(0);
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { code: 'conflict' } });
  });

  it.each(['../x', '..', '.', '', 'a/b', 'a\\b', 'current', 'CURRENT', '.history', 'x\0', ' ', 'é', 'x'.repeat(129), '-x'])(
    'refuses %j as a name',
    async (name) => {
      await expect(store.promote(APP, name)).rejects.toMatchObject({ code: 'wrong-use' });
      await expect(store.list(name)).rejects.toMatchObject({ code: 'wrong-use' });
      await expect(store.current(name)).rejects.toMatchObject({ code: 'wrong-use' });
      await expect(store.add(APP, name, source('1'))).rejects.toMatchObject({ code: 'wrong-use' });
      expect(await store.current(APP)).toBeUndefined();
    },
  );

  it('promotes no version that is damaged, absent or of an unknown schema, and says which', async () => {
    await store.promote(APP, '1');
    await appendFile(stored('2/onnx/model.onnx'), 'x');
    await writeModelDirectory(source('newer'), 'model 3', 2);
    await writeFile(stored('3', MANIFEST_FILE), await readFile(join(source('newer'), MANIFEST_FILE)));
    await expect(store.promote(APP, '2')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('onnx/model.onnx') });
    await expect(store.promote(APP, '3')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('version 2') });
    await expect(store.promote(APP, '9')).rejects.toMatchObject({ code: 'missing-file' });
    expect((await store.list(APP)).find(({ version }) => version === '3')?.problem?.message).toContain('version 2');
    expect(await store.current(APP)).toMatchObject({ version: '1', generation: 1 });
  });

  it('promotes no version of which a file is missing or another of the same size', async () => {
    await writeFile(stored('2/onnx/model.onnx'), 'model X');
    await kept.erase(`${APP}/3/onnx/model.onnx`);
    await expect(store.verify(APP, '2')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('SHA-256') });
    await expect(store.promote(APP, '3')).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('missing') });
  });

  it('neither opens nor rolls back to a version that was replaced since it served', async () => {
    await store.promote(APP, '1');
    await store.promote(APP, '2');
    await writeModelDirectory(stored('1'), 'another');
    await expect(store.rollback(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('not the one') });
    await writeModelDirectory(stored('2'), 'another');
    await expect(store.open(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('not the one') });
    expect(await store.promote(APP, '2')).toMatchObject({ generation: 3 });
    expect(await readFile(join((await store.open(APP)).directory, 'onnx/model.onnx'), 'utf8')).toBe('another');
  });

  it('promotes only from the generation that was expected', async () => {
    await store.promote(APP, '1', { expectedGeneration: 0 });
    await expect(store.promote(APP, '2', { expectedGeneration: 0 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.rollback(APP, { expectedGeneration: 7 })).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.promote(APP, '2', { expectedGeneration: 1 })).toMatchObject({ generation: 2 });
  });

  it('lets one of two promotions at once win, and tells the other why it did not', async () => {
    const other = await kept.open();
    await writeModelDirectory(source('4'), 'model 4');
    await store.add(APP, '4', source('4'));
    for (let generation = 0; generation < 10; generation++) {
      // Never the version that serves, which would stay.
      const [one, two] = generation % 2 === 0 ? ['1', '2'] : ['3', '4'];
      const results = await Promise.allSettled([
        store.promote(APP, one, { expectedGeneration: generation }),
        other.promote(APP, two, { expectedGeneration: generation }),
      ]);
      const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(lost).toMatchObject([{ code: 'conflict', message: expect.stringMatching(/was not promoted/) }]);
      expect(await store.current(APP)).toMatchObject({ generation: generation + 1 });
      expect(JSON.parse(await readFile(stored('current'), 'utf8'))).toMatchObject({ generation: generation + 1 });
    }
    expect((await store.history(APP)).map(({ generation }) => generation)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });

  it('goes by its history where current was removed', async () => {
    await store.promote(APP, '1');
    await store.promote(APP, '2');
    await kept.erase(`${APP}/current`);
    expect(await store.current(APP)).toMatchObject({ version: '2', generation: 2 });
    expect(await store.promote(APP, '3')).toMatchObject({ version: '3', generation: 3 });
    expect(JSON.parse(await readFile(stored('current'), 'utf8'))).toMatchObject({ version: '3', generation: 3 });
  });

  it.each([
    ['{"schemaVersion": 2}', 'version 2'],
    ['{', 'damaged'],
    ['{"version": "../x"}', 'damaged'],
  ])('refuses a current that reads %s', async (content, reason) => {
    await store.promote(APP, '1');
    await writeFile(stored('current'), content);
    await expect(store.current(APP)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(reason) });
  });

  it('adds a copy of a model once, and nothing of a damaged one', async () => {
    expect(await store.add(APP, '4', source('1'))).toBe(`${store.location}/${APP}/4`);
    await store.verify(APP, '4');
    await expect(store.add(APP, '4', source('2'))).rejects.toMatchObject({ code: 'conflict' });
    await rename(join(source('3'), 'onnx/model.onnx'), join(source('3'), 'gone'));
    await expect(store.add(APP, '5', source('3'))).rejects.toMatchObject({ code: 'bad-model' });
    expect((await store.list(APP)).map(({ version }) => version)).toEqual(['1', '2', '3', '4']);
  });

  it('lets one of several writers of one version through, and its files are all of one model', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => kept.open()));
    const results = await Promise.allSettled(stores.map((each, place) => each.add(APP, 'new', source(String(1 + (place % 2))))));
    const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refusals).toHaveLength(3);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'conflict' });
    await store.verify(APP, 'new');
  });

  it('writes no version over files that are not its own', async () => {
    await mkdir(stored('mine'));
    await writeFile(stored('mine/thesis.txt'), 'mine');
    await expect(store.add(APP, 'mine', source('1'))).rejects.toMatchObject({ code: 'wrong-use' });
    expect(await readFile(stored('mine/thesis.txt'), 'utf8')).toBe('mine');
    expect((await store.list(APP)).map(({ version }) => version)).toEqual(['1', '2', '3']);
  });
}
