import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '@attune/artifact';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { readSafetensors } from '../encoders';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from '../training/events';
import { tinyTaskRows, writeTinyTasks } from '../../test/tiny-tasks';
import { trainHead, type TrainHeadOptions } from '../training/train-head';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-continual-'));
  await createTinyEncoder(join(folder, 'encoder'));
  const rows = writeTinyDataset(join(folder, 'rows.csv'), { rows: 240 });
  const write = (name: string, labels: readonly string[]): Promise<void> =>
    writeFile(
      join(folder, name),
      rows
        .filter(({ label }) => labels.includes(label))
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
  await write('first.jsonl', ['delivery', 'refund']);
  await write('second.jsonl', ['account']);
  await write('all.jsonl', ['delivery', 'refund', 'account']);
  await trainHead(configOf('first.jsonl', { continual: { ewc: 100 } }), optionsFor('first'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(data: string, { continual = {}, ...more }: Record<string, Record<string, unknown>> = {}): HeadConfig {
  return headConfigSchema.parse({
    encoder: join(folder, 'encoder'),
    ...more,
    data: { train: join(folder, data) },
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 3, batchSize: 16, precision: 'fp32' },
    export: { int8: false },
    continual: { fisherRows: 32, ...continual },
  });
}

function optionsFor(name: string, more: Partial<TrainHeadOptions> = {}): TrainHeadOptions {
  return { out: join(folder, name), resume: false, signal: new AbortController().signal, onEvent: () => undefined, ...more };
}

const continued = (continual: Record<string, unknown> = {}): HeadConfig =>
  configOf('second.jsonl', { continual: { from: join(folder, 'first'), ...continual } });

const replay = (): Record<string, unknown> => ({ replay: join(folder, 'first.jsonl'), replaySize: 40 });

/** Stops a run after some steps. */
function abortAt(step: number): Pick<TrainHeadOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event: TrainingEvent) => event.type === 'step' && event.step === step && controller.abort(),
  };
}

describe('going on from a model', () => {
  it('keeps its labels in their order and puts new ones after them, and says where it comes from', async () => {
    const test = join(folder, 'all.jsonl');
    const config = continued(replay());
    const result = await trainHead({ ...config, data: { ...config.data, test } }, optionsFor('grown'));
    const [before, after] = [await readManifest(join(folder, 'first')), await readManifest(join(folder, 'grown'))];
    expect(before.tasks[0].labels).toEqual(['delivery', 'refund']);
    expect(after.tasks[0].labels).toEqual(['delivery', 'refund', 'account']);
    expect(after.lineage).toEqual([
      {
        model: 'first',
        manifest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        trainingData: { sha256: before.trainingData?.sha256, rows: before.trainingData?.rows },
      },
    ]);
    expect(after.encoder.id).toBe(before.encoder.id);
    expect(await readFile(join(folder, 'grown/README.md'), 'utf8')).toContain('went on from an earlier model');
    // What it knew is still known, and the new label as well.
    expect(result.test?.accuracy).toBeGreaterThan(0.8);
    await trainHead(configOf('first.jsonl', { continual: { from: join(folder, 'grown') } }), optionsFor('again'));
    expect((await readManifest(join(folder, 'again'))).lineage?.map(({ model }) => model)).toEqual(['grown', 'first']);
  });

  it('starts where the model is: without a step, the rows of old labels are the same', async () => {
    const config = continued({});
    const still = { ...config, optimizer: { ...config.optimizer, learningRate: 1e-12, weightDecay: 0 } };
    await trainHead(still, optionsFor('still'));
    const [before, after] = await Promise.all(
      ['first', 'still'].map(async (name) =>
        (await readSafetensors(join(folder, name, 'model.safetensors'))).tensors.get('classifier.weight'),
      ),
    );
    expect(after?.shape).toEqual([3, before?.shape[1]]);
    before?.values.forEach((value, i) => expect(after?.values[i]).toBeCloseTo(value, 6));
  });

  it('keeps the heads of several tasks, one of which grows', async () => {
    const tasks = [
      { name: 'opinion', label: 'label' },
      { name: 'topics', type: 'multi-label' },
    ];
    const rows = tinyTaskRows(90);
    writeTinyTasks(join(folder, 'tasks.jsonl'), rows);
    const renamed = rows.map((row) => ({
      ...row,
      ...(row.topics && { topics: row.topics.map((topic) => (topic === 'goods' ? 'wares' : topic)) }),
    }));
    writeTinyTasks(join(folder, 'more-tasks.jsonl'), renamed);
    const config = (data: string, continual: Record<string, unknown>): HeadConfig => {
      const base = configOf(data, { continual });
      const { learningRate } = continual.from === undefined ? base.optimizer : { learningRate: 1e-12 };
      return headConfigSchema.parse({
        ...base,
        tasks,
        optimizer: { ...base.optimizer, learningRate },
        training: { ...base.training, epochs: 1 },
      });
    };
    await trainHead(config('tasks.jsonl', {}), optionsFor('tasks'));
    await trainHead(config('more-tasks.jsonl', { from: join(folder, 'tasks') }), optionsFor('more-tasks'));
    expect((await readManifest(join(folder, 'more-tasks'))).tasks.map(({ name, labels }) => [name, labels])).toEqual([
      ['opinion', ['bad', 'good']],
      ['topics', ['goods', 'staff', 'wares']],
    ]);
    for (const task of ['opinion', 'topics']) {
      const [before, after] = await Promise.all(
        ['tasks', 'more-tasks'].map(async (name) =>
          (await readSafetensors(join(folder, name, `heads/${task}.safetensors`))).tensors.get('output.weight'),
        ),
      );
      before?.values.forEach((value, i) => expect(after?.values[i]).toBeCloseTo(value, 6));
    }
    await expect(trainHead(configOf('first.jsonl', { continual: { from: join(folder, 'tasks') } }), optionsFor('lost'))).rejects.toThrow(
      /has a task "opinion" that is not configured and would be lost/,
    );
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['replay', replay],
    ['replay with what it said before', () => ({ ...replay(), forgetting: 1, replaySampling: 'reservoir', replayRatio: 0.5 })],
    ['weights held by their importance', () => ({ ewc: 100 })],
  ])('goes on after an interruption as if there had been none: %s', async (_, keys) => {
    await trainHead(continued(keys()), optionsFor('unbroken'));
    await expect(trainHead(continued(keys()), optionsFor('resumed', abortAt(5)))).rejects.toMatchObject({ code: 'interrupted' });
    await trainHead(continued(keys()), optionsFor('resumed', { resume: true }));
    const weights = await Promise.all(['unbroken', 'resumed'].map((name) => readFile(join(folder, name, 'model.safetensors'))));
    expect(weights[0].equals(weights[1])).toBe(true);
  });

  it('keeps the importance of the weights for all data so far where it is asked for', async () => {
    await trainHead(continued({ ewc: 100 }), optionsFor('weighed'));
    const read = async (name: string): Promise<Float32Array[]> => {
      const { tensors } = await readSafetensors(join(folder, name, 'continual/fisher.safetensors'));
      return ['encoder.layer.0.intermediate.dense.weight', 'embeddings.word_embeddings.weight'].map(
        (tensor) => tensors.get(tensor)?.values ?? new Float32Array(),
      );
    };
    const [[denseBefore, wordsBefore], [dense, words]] = [await read('first'), await read('weighed')];
    expect(denseBefore.some((value) => value > 0)).toBe(true);
    denseBefore.forEach((value, i) => expect(dense[i]).toBeGreaterThanOrEqual(value));
    expect(words).toHaveLength(wordsBefore.length);
    expect(dense.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(denseBefore.reduce((sum, value) => sum + value, 0));
    expect(existsSync(join(folder, 'grown/continual'))).toBe(false);
  });

  it('leaves no tensors behind', async () => {
    const keys = { ...replay(), ewc: 100, forgetting: 1 };
    await trainHead(continued(keys), optionsFor('leak'));
    const before = loadBinding().getNumOfTensors();
    await trainHead(continued(keys), optionsFor('leak'));
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });

  it.each<[string, () => HeadConfig, string, RegExp]>([
    ['no model', () => continued({ from: join(folder, 'nowhere') }), 'missing-file', /There is no model directory/],
    ['a folder that is none', () => continued({ from: folder }), 'bad-model', /not a model directory/],
    [
      'a model of another kind',
      () => headConfigSchema.parse({ ...continued(), task: 'multi-label' }),
      'bad-config',
      /is a classification where the configuration says multi-label/,
    ],
    [
      'a head that reads something else',
      () => headConfigSchema.parse({ ...continued(), head: { pooling: 'mean' } }),
      'bad-config',
      /reads pooler where the configuration says mean/,
    ],
    [
      'its task left out',
      () => headConfigSchema.parse({ ...continued(), tasks: [{ name: 'tone', label: 'label' }, { name: 'topic' }] }),
      'bad-config',
      /has a task "head" that is not configured and would be lost/,
    ],
  ])('refuses %s', async (_, config, code, message) => {
    await expect(trainHead(config(), optionsFor('refused'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });
});
