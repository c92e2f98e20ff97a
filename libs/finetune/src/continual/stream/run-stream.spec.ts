import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../../config/head-config';
import { Random } from '../../random';
import type { TrainingEvent } from '../../training/events';
import { runStream, type RunStreamOptions } from './run-stream';

const OPENERS = ['hello', 'please', 'sorry', 'good morning', 'thanks', 'today', 'hi there', 'again', 'quick question', 'this week'];
const ASKS = ['where is the *', 'the * has not arrived', 'how much is the *', 'the * is broken', 'i want a *'];

let folder: string;

/** Rows whose label is the thing that they name. */
function rowsOf(labels: readonly string[], count: number, seed: number): { text: string; label: string }[] {
  const random = new Random(seed);
  const pick = (items: readonly string[]): string => items[random.integer(items.length)];
  return Array.from({ length: count }, (_, i) => {
    const label = labels[i % labels.length];
    return { text: `${pick(OPENERS)} ${pick(ASKS).replace('*', label)} ${pick(OPENERS)}`, label };
  });
}

const write = (name: string, rows: readonly object[]): Promise<void> =>
  writeFile(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-stream-'));
  await createTinyEncoder(join(folder, 'encoder'));
  await write('clothes.jsonl', rowsOf(['shirt', 'coat'], 80, 1));
  await write('things.jsonl', rowsOf(['lamp', 'phone'], 80, 2));
  await write('test.jsonl', rowsOf(['shirt', 'coat', 'lamp', 'phone'], 40, 3));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf(more: Record<string, Record<string, unknown>> = {}): HeadConfig {
  return headConfigSchema.parse({
    encoder: join(folder, 'encoder'),
    ...more,
    data: { test: join(folder, 'test.jsonl'), dropDuplicates: false, ...more.data },
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 2, batchSize: 16, precision: 'fp32', ...more.training },
    export: { int8: false },
  });
}

function optionsFor(name: string, more: Partial<RunStreamOptions> = {}): RunStreamOptions {
  return {
    files: ['clothes.jsonl', 'things.jsonl'].map((file) => join(folder, file)),
    strategies: ['naive', 'replay', 'joint'],
    out: join(folder, name),
    resume: false,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    ...more,
  };
}

describe('a stream of tasks', () => {
  it('is forgotten by plain fine-tuning and not with earlier rows, and says so', async () => {
    const { tasks, strategies } = await runStream(configOf(), optionsFor('compared'));
    expect(tasks).toEqual([
      { name: 'clothes', labels: 2, rows: 80, testRows: 20 },
      { name: 'things', labels: 2, rows: 80, testRows: 20 },
    ]);
    const [naive, replay, joint] = strategies;
    expect(naive.steps.map(({ accuracies }) => accuracies.length)).toEqual([1, 2]);
    expect(replay.averageAccuracy).toBeGreaterThan(naive.averageAccuracy + 0.2);
    expect(replay.forgetting).toBeLessThan(naive.forgetting - 0.2);
    expect(joint.averageAccuracy).toBeGreaterThan(0.9);
    expect(joint.averageAccuracy).toBeCloseTo(joint.accuracy, 6);
    expect(joint.forgetting).toBeNaN();
    expect(Number.isFinite(replay.forwardTransfer)).toBe(true);
    // Of the models only the last is kept, with all labels and what led to it.
    expect(await readdir(join(folder, 'compared/replay'))).toEqual(['2-things']);
    const { tasks: heads, lineage } = await readManifest(replay.model);
    expect(heads[0].labels).toEqual(['coat', 'shirt', 'lamp', 'phone']);
    expect(lineage?.map(({ model }) => model)).toEqual(['1-clothes']);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const config = configOf({ training: { checkpointEvery: 2 } });
    const strategies = ['replay+lwf'];
    const unbroken = await runStream(config, optionsFor('unbroken', { strategies }));
    const controller = new AbortController();
    let steps = 0;
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step' && ++steps === 13) controller.abort();
    };
    const stopped = runStream(config, optionsFor('resumed', { strategies, onEvent, signal: controller.signal }));
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
    expect(existsSync(join(folder, 'resumed/replay+lwf/1-clothes'))).toBe(true);
    const resumed = await runStream(config, optionsFor('resumed', { strategies, resume: true }));
    const [one, other] = [unbroken, resumed].map((result) => result.strategies[0]);
    expect(other.steps.map(({ accuracies, probe }) => ({ accuracies, probe }))).toEqual(
      one.steps.map(({ accuracies, probe }) => ({ accuracies, probe })),
    );
    const weights = await Promise.all([one, other].map(({ model }) => readFile(join(model, 'model.safetensors'))));
    expect(weights[0].equals(weights[1])).toBe(true);
    const changed = runStream(configOf({ training: { epochs: 3 } }), optionsFor('resumed', { strategies, resume: true }));
    await expect(changed).rejects.toThrow(/was started with another configuration/);
  });

  it.each<[string, Partial<RunStreamOptions>, Record<string, Record<string, unknown>>, Record<string, object[]>, string, RegExp]>([
    ['a single task', { files: ['clothes.jsonl'] }, {}, {}, 'wrong-use', /needs two tasks at least, and one is named/],
    ['a task twice', { files: ['clothes.jsonl', 'clothes.jsonl'] }, {}, {}, 'wrong-use', /Two tasks of the stream are called clothes/],
    [
      'a repeated label',
      { files: ['clothes.jsonl', 'more.jsonl'] },
      {},
      { 'more.jsonl': rowsOf(['lamp', 'coat'], 4, 1) },
      'bad-data',
      /more.jsonl: the task repeats the label "coat" of an earlier one, .*clothes.jsonl/,
    ],
    ['an empty task', { files: ['clothes.jsonl', 'none.jsonl'] }, {}, { 'none.jsonl': [] }, 'bad-data', /none.jsonl is empty/],
    [
      'a task without test rows',
      { files: ['clothes.jsonl', 'more.jsonl'] },
      { data: { test: 'some.jsonl' } },
      { 'more.jsonl': rowsOf(['lamp'], 4, 1), 'some.jsonl': rowsOf(['coat', 'shirt'], 4, 1) },
      'bad-data',
      /no row has a label of the task more/,
    ],
    [
      'a test row of no task',
      { files: ['clothes.jsonl', 'things.jsonl'] },
      { data: { test: 'some.jsonl' } },
      { 'some.jsonl': rowsOf(['coat', 'boat'], 4, 1) },
      'bad-data',
      /some.jsonl, row 2: the label "boat" is of no task/,
    ],
    ['another way to split', {}, { data: { split: 'grouped', group: 'label' } }, {}, 'bad-config', /are drawn by label/],
    ['no test rows', {}, { data: { test: undefined as unknown as string } }, {}, 'wrong-use', /no test rows/],
    ['too few test files', { tests: ['test.jsonl'] }, {}, {}, 'wrong-use', /2 tasks and 1 files of test rows/],
    [
      'an unknown strategy',
      { strategies: ['replay+lfw'] },
      {},
      {},
      'wrong-use',
      /no strategy "replay\+lfw": "lfw" is none of naive, joint, replay/,
    ],
  ])('is refused with %s', async (_, options, config, files, code, message) => {
    for (const [name, rows] of Object.entries(files)) await write(name, rows);
    const inFolder = (names: readonly string[] | undefined): string[] | undefined => names?.map((name) => join(folder, name));
    const { data = {} } = config;
    const test = typeof data.test === 'string' ? { test: join(folder, data.test) } : data;
    const given = optionsFor('refused', {
      ...options,
      ...(options.files && { files: inFolder(options.files) }),
      ...(options.tests && { tests: inFolder(options.tests) }),
    });
    await expect(runStream(configOf({ ...config, data: test }), given)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(existsSync(join(folder, 'refused'))).toBe(false);
  });

  it('takes a repeated label where that is allowed, and leaves a folder of something else as it is', async () => {
    await write('more.jsonl', rowsOf(['lamp', 'coat'], 40, 5));
    await write('more-test.jsonl', rowsOf(['shirt', 'coat', 'lamp'], 30, 6));
    const files = ['clothes.jsonl', 'more.jsonl'].map((name) => join(folder, name));
    const config = configOf({ data: { test: join(folder, 'more-test.jsonl') } });
    const { tasks } = await runStream(config, optionsFor('allowed', { files, strategies: ['naive'], repeatedLabels: true }));
    expect(tasks).toEqual([
      { name: 'clothes', labels: 2, rows: 80, testRows: 20 },
      { name: 'more', labels: 1, rows: 40, testRows: 10 },
    ]);
    await expect(runStream(config, { ...optionsFor(''), out: folder, files, repeatedLabels: true })).rejects.toThrow(
      /holds no stream of tasks/,
    );
  });
});
