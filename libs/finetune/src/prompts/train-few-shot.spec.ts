import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, readSafetensors } from '@attune/artifact';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent, TrainingResult } from '../training/events';
import { trainHead } from '../training/train-head';

const LABELS = { delivery: ['when does it arrive', 'the parcel is late'], refund: 'i want my money back', account: 'i cannot log in' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-few-shot-'));
  createTinyEncoder(join(folder, 'encoder'));
  writeTinyDataset(join(folder, 'few.csv'), { rows: 36 });
  writeTinyDataset(join(folder, 'test.csv'), { rows: 90, seed: 2 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function configOf({ data, training, ...settings }: Record<string, Record<string, unknown>> = {}): HeadConfig {
  return headConfigSchema.parse({
    task: 'few-shot',
    encoder: join(folder, 'encoder'),
    prompt: { labels: LABELS, rounds: 12 },
    optimizer: { learningRate: 1e-3 },
    ...settings,
    data: { train: join(folder, 'few.csv'), test: join(folder, 'test.csv'), ...data },
    training: { batchSize: 12, precision: 'fp32', ...training },
    export: { int8: false },
  });
}

interface Trained {
  out: string;
  result: TrainingResult;
  events: TrainingEvent[];
}

async function train(name: string, config: HeadConfig, signal = new AbortController().signal): Promise<Trained> {
  const events: TrainingEvent[] = [];
  const out = join(folder, name);
  const result = await trainHead(config, { out, resume: false, signal, onEvent: (event) => events.push(event) });
  return { out, result, events };
}

const weightsOf = (out: string): Promise<Buffer> => readFile(join(out, 'model.safetensors'));

describe('a few-shot head', () => {
  it('learns more by contrast than the encoder as it is gives, the same with the same seed', async () => {
    const before = loadBinding().getNumOfTensors();
    const frozen = await train('frozen', configOf({ tuner: { name: 'head' }, data: { validationShare: 0 } }));
    // With no rows set aside there is one training a head.
    const once = configOf({ data: { validationShare: 0 } });
    const first = await train('first', once);
    expect(loadBinding().getNumOfTensors()).toBe(before);
    expect(first.result.test?.accuracy).toBeGreaterThan(0.75);
    expect(first.result.test?.accuracy).toBeGreaterThan(frozen.result.test?.accuracy ?? 1);
    const second = await train('second', once);
    expect((await weightsOf(first.out)).equals(await weightsOf(second.out))).toBe(true);
    const [task] = (await readManifest(first.out)).tasks;
    expect(task).toMatchObject({ pooling: 'embedding', labels: ['account', 'delivery', 'refund'], metrics: { rows: 90 } });
    expect(await readFile(join(first.out, 'README.md'), 'utf8')).toContain('(few-shot, contrastive)');
  });

  it('learns once more from all rows when it has been judged, unless it is told not to', async () => {
    const trainings = ({ events }: Trained): number => events.filter((event) => event.type === 'phase' && event.name === 'training').length;
    const short = { rounds: 1, labels: LABELS };
    expect(trainings(await train('twice', configOf({ prompt: short })))).toBe(2);
    expect(trainings(await train('once', configOf({ prompt: { ...short, refit: false } })))).toBe(1);
  });

  it('is judged on a file of validation rows alone', async () => {
    const { result, events } = await train('own', configOf({ prompt: { rounds: 1 }, data: { validation: join(folder, 'test.csv') } }));
    expect(events.filter((event) => event.type === 'phase' && event.name === 'training')).toHaveLength(1);
    expect(result.validation.rows).toBe(90);
  });

  it('learns from all rows at once where none are set aside, and says so', async () => {
    const { out, result, events } = await train('all', configOf({ prompt: { rounds: 1 }, data: { validationShare: 0 } }));
    expect(events).toContainEqual({ type: 'note', message: expect.stringContaining('No rows are set aside') as string });
    expect(result.validation.rows).toBe(36);
    const [task] = (await readManifest(out)).tasks;
    expect(task.calibration).toEqual({ temperature: 1 });
  });

  it('keeps weights between the pretrained and the tuned ones', async () => {
    const settings = (tunedShare: number) =>
      configOf({ prompt: { rounds: 1, tunedShare }, data: { validationShare: 0 }, training: { weightAverage: 0 } });
    const name = 'encoder.layer.0.attention.self.query.weight';
    const valuesIn = async (directory: string): Promise<number[]> => {
      const { tensors } = await readSafetensors(join(directory, 'model.safetensors'));
      const [, tensor] = [...tensors].find(([key]) => key.endsWith(name)) ?? [];
      return [...(tensor?.values ?? [])];
    };
    const [pretrained, tuned, kept] = await Promise.all([
      valuesIn(join(folder, 'encoder')),
      train('tuned', settings(1)).then(({ out }) => valuesIn(out)),
      train('between', settings(0.25)).then(({ out }) => valuesIn(out)),
    ]);
    expect(Math.max(...tuned.map((value, index) => Math.abs(value - pretrained[index])))).toBeGreaterThan(1e-3);
    const between = pretrained.map((value, index) => 0.75 * value + 0.25 * tuned[index]);
    expect(Math.max(...kept.map((value, index) => Math.abs(value - between[index])))).toBeLessThan(1e-6);
  });

  it('takes no more pairs than it is told', async () => {
    const { events } = await train('bounded', configOf({ prompt: { pairs: 36, refit: false }, data: { validationShare: 0 } }));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(3);
  });

  it('leaves nothing where it is interrupted, and does not resume', async () => {
    const controller = new AbortController();
    const out = join(folder, 'stopped');
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step' && event.step === 2) controller.abort();
    };
    await expect(trainHead(configOf(), { out, resume: false, signal: controller.signal, onEvent })).rejects.toMatchObject({
      code: 'interrupted',
      remedy: 'Run the same command again.',
    });
    expect(existsSync(out)).toBe(false);
    expect(existsSync(`${out}.training`)).toBe(false);
    await expect(trainHead(configOf(), { out, resume: true, signal: new AbortController().signal, onEvent })).rejects.toThrow(/--resume/);
  });

  it('refuses to describe a label that no row has', async () => {
    await expect(train('unknown', configOf({ prompt: { labels: { ...LABELS, chat: 'small talk' } } }))).rejects.toThrow(
      /No training row has the label "chat"/,
    );
  });
});
