import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addToSketch, AttuneError, describeFiles, emptySketch, ModelStore, REFERENCE_FILE, type Manifest } from '@attune/artifact';
import { tinyLabels, writeTinyModel } from '../test/tiny-model';
import { ModelServer, type ModelServerOptions, type ServedModel, type ServingProblem } from './model-server';

const APP = 'support';
/** Longer than any test: what is promoted is found by `check`. */
const NEVER = { pollMilliseconds: 10_000 };

describe('ModelServer', () => {
  let store: ModelStore;
  let server: ModelServer | undefined;
  const directory = (version: string): string => join(store.location, APP, version);
  beforeEach(async () => {
    store = new ModelStore(await mkdtemp(join(tmpdir(), 'attune-server-')));
    await addVersion('1', tinyLabels);
    await store.promote(APP, '1');
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await rm(store.location, { recursive: true });
  });

  async function addVersion(version: string, labels: string[]): Promise<void> {
    await mkdir(directory(version), { recursive: true });
    await writeTinyModel(directory(version), { labels });
  }

  const open = async (options: Partial<ModelServerOptions> = {}): Promise<ModelServer> => {
    server = await ModelServer.open({ store, app: APP, precision: 'int8', threads: 1, ...NEVER, ...options });
    return server;
  };
  const labelsOf = async (served: ModelServer, text: string): Promise<string[]> =>
    Object.keys((await served.predict([{ text }]))[0].probabilities);

  it('serves a version without an int8 file in float32', async () => {
    const manifest = join(directory('1'), 'attune.json');
    const content = JSON.parse(await readFile(manifest, 'utf8')) as { onnx: { int8?: string } };
    delete content.onnx.int8;
    await writeFile(manifest, JSON.stringify(content));
    await store.promote(APP, '1');
    const served = await open();
    expect(served).toMatchObject({ version: '1', generation: 2, ready: true });
    expect(await labelsOf(served, 'where is my parcel')).toEqual(tinyLabels);
  });

  it('serves the current version, and changes over under load without a failed call', async () => {
    await addVersion('2', ['a', 'b', 'c', 'd']);
    const served = await open({ pollMilliseconds: 20, threads: 2 });
    expect(served).toMatchObject({ version: '1', generation: 1, ready: true, problem: undefined });
    const swapped = new Promise<ServedModel>((resolve) => served.onSwap(resolve));
    const answers: number[] = [];
    let stop = false;
    const caller = async (name: number): Promise<void> => {
      for (let i = 0; !stop; i++) answers.push((await labelsOf(served, `caller ${name} asks ${i}`)).length);
    };
    const bulk = async (): Promise<void> => {
      for (let i = 0; !stop; i++) {
        const texts = Array.from({ length: 200 }, (_, row) => ({ text: `row ${row} of file ${i}` }));
        const [first, ...others] = await served.predictAll(texts, { embedding: true });
        // One version answers a whole call.
        for (const { tasks } of others)
          expect(Object.keys(tasks.topic.probabilities)).toEqual(Object.keys(first.tasks.topic.probabilities));
      }
    };
    const load = Promise.all([...Array.from({ length: 16 }, (_, name) => caller(name)), bulk()]);
    await store.promote(APP, '2');
    expect(await swapped).toMatchObject({ version: '2', generation: 2 });
    const before = answers.length;
    while (answers.length < before + 200) await labelsOf(served, `asked on ${answers.length}`).then(({ length }) => answers.push(length));
    stop = true;
    await load;
    expect(new Set(answers)).toEqual(new Set([3, 4]));
    expect(answers.slice(-100).every((labels) => labels === 4)).toBe(true);
    expect(served.version).toBe('2');
  });

  it('watches what it is asked, beside the validation rows of the version that serves', async () => {
    const texts = Array.from({ length: 250 }, (_, row) => ({ text: `where is my parcel number ${row}` }));
    const served = await open();
    const said = await served.predictAll(texts, { embedding: true });
    expect(served.drift).toMatchObject({ rows: 250 });
    // Without validation rows there is nothing to compare with.
    expect(served.drift.drift).toBeUndefined();
    // What another version was validated on: the same texts, so that nothing has moved.
    await addVersion('2', tinyLabels);
    const reference = emptySketch();
    for (const { tasks, embedding } of said) addToSketch(reference, served.tasks, () => tasks.topic.logits, embedding);
    await writeFile(join(directory('2'), REFERENCE_FILE), JSON.stringify(reference));
    const manifest = JSON.parse(await readFile(join(directory('2'), 'attune.json'), 'utf8')) as Manifest;
    const files = { ...manifest.files, ...(await describeFiles(directory('2'), [REFERENCE_FILE])) };
    await writeFile(join(directory('2'), 'attune.json'), JSON.stringify({ ...manifest, files }));
    await store.promote(APP, '2');
    await served.check();
    expect(served.drift).toMatchObject({ rows: 0 });
    await served.predictAll(texts);
    const { drift } = served.drift;
    expect(drift?.embedding).toBeLessThan(0.02);
    expect(drift?.tasks.topic).toEqual({ labels: 0, probabilities: 0 });
    await served.embed(texts.map(({ text }) => text));
    expect(served.drift.rows).toBe(250);
    for (let round = 0; round < 20; round++) await served.predictAll(texts.map((_, row) => ({ text: `refund ${round} money ${row}` })));
    expect(served.drift.drift?.embedding).toBeGreaterThan(0.3);
  });

  it('keeps a version for work that began with it, and closes it afterwards', async () => {
    await addVersion('2', ['a', 'b']);
    const served = await open();
    const seen: string[] = [];
    let former: ServedModel | undefined;
    await served.using(async (model) => {
      former = model;
      await store.promote(APP, '2');
      await served.check();
      expect(served.version).toBe('2');
      seen.push(...Object.keys((await model.predictor.predict([{ text: 'my card' }]))[0].probabilities));
    });
    expect(seen).toEqual(tinyLabels);
    await server?.close();
    server = undefined;
    await expect(former?.predictor.predict([{ text: 'my card' }])).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('goes on with the old version where the new one is broken, says so once, and forgives a rollback', async () => {
    await addVersion('2', ['a', 'b']);
    const served = await open();
    const problems: ServingProblem[] = [];
    served.onProblem((problem) => problems.push(problem));
    await store.promote(APP, '2');
    await appendFile(join(directory('2'), 'onnx/model_quantized.onnx'), 'x');
    await served.check();
    await served.check();
    expect(problems).toMatchObject([{ version: '2', generation: 2, error: { code: 'bad-model' } }]);
    expect(served.problem?.error.message).toContain('onnx/model_quantized.onnx');
    expect(await labelsOf(served, 'my card')).toEqual(tinyLabels);
    expect(served).toMatchObject({ version: '1', generation: 1, ready: true });
    await store.rollback(APP);
    await served.check();
    expect(served).toMatchObject({ version: '1', generation: 3, problem: undefined });
  });

  it('reports a version that the service does not accept, and refuses to start with one', async () => {
    await addVersion('2', ['a', 'b']);
    const accept: ModelServerOptions['accept'] = ({ manifest }) => {
      if (!manifest.tasks[0].labels.includes('refund')) throw new AttuneError('bad-model', 'It knows no refunds.');
    };
    const served = await open({ accept });
    await store.promote(APP, '2');
    await served.check();
    expect(served).toMatchObject({ version: '1', problem: { error: { message: 'It knows no refunds.' } } });
    await expect(ModelServer.open({ store, app: APP, precision: 'int8', threads: 1, accept })).rejects.toThrow('no refunds');
  });

  it('refuses to start where nothing was promoted', async () => {
    await expect(ModelServer.open({ store, app: 'other', precision: 'int8' })).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('is not ready once it is closed', async () => {
    const served = await open();
    await served.close();
    expect(served.ready).toBe(false);
    await expect(served.predict([{ text: 'late' }])).rejects.toMatchObject({ code: 'interrupted' });
  });

  describe('with a version in shadow', () => {
    /** Milliseconds: the candidate's thread stands behind all others, and may wait on a busy machine. */
    const LONG = 240_000;
    const TEXTS = Array.from({ length: 6 }, (_, row) => ({ text: `what is row ${row}` }));
    const answered = async (served: ModelServer): Promise<void> => {
      for (const text of TEXTS) {
        await served.predict([text]);
        await served.shadowSettled();
      }
    };

    it(
      'lets it score what was answered, and counts where it differs',
      async () => {
        await addVersion(
          '2',
          tinyLabels.map((label) => `new ${label}`),
        );
        await addVersion('3', tinyLabels);
        const served = await open();
        await served.checkShadow();
        expect(served.shadow).toBeUndefined();
        await store.startShadow(APP, '2', 1);
        await served.checkShadow();
        await answered(served);
        expect(served.shadow).toMatchObject({ version: '2', against: '1', share: 1 });
        const { figures } = served.shadow ?? {};
        expect(figures).toMatchObject({ scored: 6, failed: 0, tasks: { topic: { texts: 6, disagreements: 6 } } });
        for (const { served: from, candidate } of figures?.tasks.topic.pairs ?? []) expect(candidate).toBe(`new ${from}`);
        expect(figures?.seconds?.candidate).toBeGreaterThan(0);
        // Another one takes its place, and counts from nothing.
        await store.startShadow(APP, '3', 1);
        await served.checkShadow();
        expect(served.shadow).toMatchObject({ version: '3', figures: { scored: 0 } });
        await answered(served);
        expect(served.shadow?.figures).toMatchObject({ scored: 6, tasks: { topic: { disagreements: 0, meanDifference: 0 } } });
        await store.stopShadow(APP);
        await served.checkShadow();
        expect(served.shadow).toBeUndefined();
      },
      LONG,
    );

    it(
      'leaves texts out while others wait, and answers all of them',
      async () => {
        await addVersion('2', tinyLabels);
        const served = await open();
        await store.startShadow(APP, '2', 1);
        await served.checkShadow();
        const calls = Array.from({ length: 300 }, (_, call) => served.predict([{ text: `call ${call} of many` }]));
        expect(await Promise.all(calls)).toHaveLength(300);
        await served.shadowSettled();
        const { scored = 0, dropped = 0, failed } = served.shadow?.figures ?? {};
        expect({ seen: scored + dropped, failed }).toEqual({ seen: 300, failed: 0 });
        expect(dropped).toBeGreaterThan(0);
      },
      LONG,
    );

    it(
      'ends it when it serves, and compares another one with what serves then',
      async () => {
        await addVersion('2', tinyLabels);
        await addVersion('3', tinyLabels);
        const served = await open();
        await store.startShadow(APP, '2', 1);
        await served.checkShadow();
        expect(served.shadow).toMatchObject({ version: '2' });
        await store.promote(APP, '2');
        await served.check();
        await served.checkShadow();
        expect(served).toMatchObject({ version: '2', shadow: undefined });
        await store.startShadow(APP, '3', 1);
        await store.promote(APP, '1');
        await served.check();
        await served.checkShadow();
        expect(served).toMatchObject({ version: '1', shadow: { version: '3', against: '1' } });
        await answered(served);
        expect(served.shadow?.figures).toMatchObject({ scored: 6 });
      },
      LONG,
    );

    it(
      'serves on where it cannot be loaded, or is none for this service',
      async () => {
        await addVersion('2', tinyLabels);
        await addVersion('3', ['another']);
        const accept = ({ manifest }: { manifest: Manifest }): void => {
          if (manifest.tasks[0].labels.length === 1) throw new AttuneError('bad-model', 'It has one label.');
        };
        const served = await open({ accept });
        await store.startShadow(APP, '2', 1);
        await appendFile(join(directory('2'), 'onnx/model_quantized.onnx'), 'damage');
        await served.checkShadow();
        await answered(served);
        expect(served.shadow).toMatchObject({ version: '2', problem: expect.stringContaining('is not the file') as string });
        expect(served.shadow).not.toHaveProperty('figures');
        await store.startShadow(APP, '3', 1);
        await served.checkShadow();
        expect(served.shadow).toMatchObject({ version: '3', problem: 'It has one label.' });
        await rm(directory('3'), { recursive: true });
        await served.checkShadow();
        await answered(served);
        expect(served).toMatchObject({ version: '1', ready: true, problem: undefined });
      },
      LONG,
    );
  });
});
