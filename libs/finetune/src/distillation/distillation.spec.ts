import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadDataset } from '../data/load-dataset';
import { taskLayout } from '../heads/task-layout';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from '../training/events';
import { trainHead, type TrainHeadOptions } from '../training/train-head';
import { takeLessons } from './lessons';
import { Teacher } from './teacher';
import { loadEncoder } from '../encoders';

const SIGNAL = new AbortController().signal;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-distillation-'));
  await createTinyEncoder(join(folder, 'encoder'));
  await createTinyEncoder(join(folder, 'larger'), { family: 'roberta', hiddenSize: 48 });
  const rows = writeTinyDataset(join(folder, 'rows.csv'), { rows: 200 });
  await writeFile(join(folder, 'unlabelled.csv'), ['text', ...rows.slice(0, 60).map(({ text }) => `${text} again`)].join('\n'));
  await trainHead(configOf({ encoder: 'larger', training: { epochs: 6 } }), optionsFor('teacher'));
  await trainHead(configOf({ seed: 7, head: { pooling: 'mean' }, training: { epochs: 4 } }), optionsFor('other'));
  const renamed = rows.map(({ text, label }) => `${text},${label === 'refund' ? 'claim' : label}`);
  await writeFile(join(folder, 'renamed.csv'), ['text,label', ...renamed].join('\n'));
  await writeTinyDataset(join(folder, 'several.csv'), { rows: 80, task: 'multi-label' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Settings = Record<string, Record<string, unknown> | string | number>;

function configOf(settings: Settings = {}): HeadConfig {
  const { training, data, encoder = 'encoder', ...rest } = settings as Record<string, Record<string, unknown>> & { encoder?: string };
  return headConfigSchema.parse({
    ...rest,
    encoder: join(folder, encoder),
    data: { train: join(folder, 'rows.csv'), ...data },
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 2, batchSize: 16, precision: 'fp32', ...training },
    export: { int8: false },
  });
}

function optionsFor(name: string, more: Partial<TrainHeadOptions> = {}): TrainHeadOptions {
  return { out: join(folder, name), resume: false, signal: SIGNAL, onEvent: () => undefined, ...more };
}

const distill = (more: Record<string, unknown> = {}): Settings => ({
  distill: { teachers: [join(folder, 'teacher'), join(folder, 'other')], ...more },
});

it("says what a teacher's own model says, for the student's order of labels, and the mean of several", async () => {
  const config = configOf(distill({ temperature: 3 }));
  const dataset = await loadDataset(config);
  const reversed = { ...dataset.heads[0], labels: [...dataset.heads[0].labels].reverse() };
  const rows = dataset.validation.slice(0, 10);
  const [one, backwards, other] = await Promise.all(
    [
      ['teacher', dataset.heads[0]],
      ['teacher', reversed],
      ['other', dataset.heads[0]],
    ].map(async ([name, head]) => {
      const teacher = await Teacher.load(join(folder, name as string), taskLayout([head as typeof reversed]));
      const said = await teacher.say(rows, 3, SIGNAL);
      await teacher.close();
      return said;
    }),
  );
  expect(one).toHaveLength(30);
  for (let row = 0; row < 10; row++) {
    expect([...backwards.subarray(3 * row, 3 * row + 3)].reverse()).toEqual([...one.subarray(3 * row, 3 * row + 3)]);
    expect(one.subarray(3 * row, 3 * row + 3).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  }
  const { tokenizer } = await loadEncoder(config.encoder);
  const layout = taskLayout(dataset.heads);
  const options = { config, layout, train: rows, signal: SIGNAL, tokenizer, maxLength: 64, entityMarkers: 'none' as const };
  const lessons = await takeLessons({ teachers: config.distill?.teachers ?? [], temperature: 3, weight: 1 }, options);
  lessons.soft.forEach((value, i) => expect(value).toBeCloseTo((one[i] + other[i]) / 2, 5));
});

it('learns from teachers alone, from rows without labels as well', async () => {
  const result = await trainHead(
    configOf({ ...distill({ weight: 1, unlabelled: join(folder, 'unlabelled.csv') }), training: { epochs: 6 } }),
    optionsFor('taught'),
  );
  expect(result.validation.accuracy).toBeGreaterThan(0.8);
});

it.each<[string, () => Settings]>([
  ['rows without labels', () => distill({ unlabelled: join(folder, 'unlabelled.csv') })],
  ['changed texts and two passes', () => ({ ...distill({ weight: 0.7 }), augmentation: { share: 0.5 }, loss: { rDrop: 0.5 } })],
])('goes on after an interruption as if there had been none, and leaves no tensors: %s', async (_, settings) => {
  const config = configOf(settings());
  await trainHead(config, optionsFor('unbroken'));
  const before = loadBinding().getNumOfTensors();
  const controller = new AbortController();
  const onEvent = (event: TrainingEvent): void => {
    if (event.type === 'step' && event.step === 8) controller.abort();
  };
  await expect(trainHead(config, optionsFor('resumed', { signal: controller.signal, onEvent }))).rejects.toMatchObject({
    code: 'interrupted',
  });
  await trainHead(config, optionsFor('resumed', { resume: true }));
  const weights = await Promise.all(['unbroken', 'resumed'].map((name) => readFile(join(folder, name, 'model.safetensors'))));
  expect(weights[0].equals(weights[1])).toBe(true);
  expect(loadBinding().getNumOfTensors()).toBe(before);
});

it.each<[string, () => Settings, string, RegExp]>([
  ['no teacher there', () => distill({ teachers: [join(folder, 'nowhere')] }), 'missing-file', /There is no model directory/],
  ['other labels', () => ({ ...distill(), data: { train: join(folder, 'renamed.csv') } }), 'wrong-use', /does not have the label "claim"/],
  [
    'another kind of task',
    () => ({ ...distill(), task: 'multi-label', data: { train: join(folder, 'several.csv') } }),
    'wrong-use',
    /its task is classification, not multi-label/,
  ],
  ['no file of rows', () => distill({ unlabelled: join(folder, 'none.csv') }), 'missing-file', /none.csv/],
])('is refused with %s', async (_, settings, code, message) => {
  await expect(trainHead(configOf(settings()), optionsFor('refused'))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});
