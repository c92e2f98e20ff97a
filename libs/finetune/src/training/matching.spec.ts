import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, verifyFiles } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createTinyEncoder } from '@attune/testing';
import { tinyPairs, writeTinyPairs } from '../../test/tiny-pairs';
import { tinyTaskRows, writeTinyTasks } from '../../test/tiny-tasks';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from './events';
import { trainHead, type TrainHeadOptions } from './train-head';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-matching-'));
  createTinyEncoder(join(folder, 'encoder'));
  writeTinyPairs(join(folder, 'pairs.jsonl'), tinyPairs(200));
  writeTinyPairs(join(folder, 'test-pairs.jsonl'), tinyPairs(48, 2));
  writeTinyTasks(join(folder, 'rows.jsonl'), tinyTaskRows(120));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Keys = Record<string, unknown>;

function configOf({ loss, training, tuner, ...more }: Record<string, Keys> = {}): HeadConfig {
  const data = {
    train: join(folder, 'pairs.jsonl'),
    test: join(folder, 'test-pairs.jsonl'),
    text: 'query',
    pair: 'answer',
    validationShare: 0.2,
  };
  return headConfigSchema.parse({
    task: 'matching',
    encoder: join(folder, 'encoder'),
    data,
    loss,
    tuner,
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 8, batchSize: 24, precision: 'fp32', ...training },
    ...more,
  });
}

function jointConfig(training: Keys = {}, more: Keys = {}): HeadConfig {
  const pairs = { train: join(folder, 'pairs.jsonl'), text: 'query', pair: 'answer' };
  return headConfigSchema.parse({
    encoder: join(folder, 'encoder'),
    data: { train: join(folder, 'rows.jsonl'), validationShare: 0.2 },
    tasks: [
      { name: 'opinion', label: 'label' },
      { name: 'topics', type: 'multi-label' },
      { name: 'match', type: 'matching', weight: 0.7, data: pairs },
    ],
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 4, batchSize: 16, precision: 'fp32', ...training },
    ...more,
  });
}

function optionsFor(name: string, more: Partial<TrainHeadOptions> = {}): TrainHeadOptions {
  return { out: join(folder, name), resume: false, signal: new AbortController().signal, onEvent: () => undefined, ...more };
}

describe.each(['fast', 'reference'] as const)('a matching task, %s passes', (passes) => {
  it('learns to find the answers of questions that it has not seen, and exports an embedding model', async () => {
    const out = join(folder, passes);
    const losses: number[] = [];
    const onEvent = (event: TrainingEvent): void => void (event.type === 'step' && losses.push(event.loss));
    const result = await trainHead(configOf({ training: { passes, epochs: passes === 'fast' ? 8 : 3 } }), optionsFor(passes, { onEvent }));

    expect(result.validation).toMatchObject({ task: 'matching', candidates: 24 });
    expect(result.test?.precisionAt1).toBeGreaterThan(passes === 'fast' ? 0.4 : 0.15);
    expect(losses[losses.length - 1]).toBeLessThan(0.7 * losses[0]);
    const manifest = await readManifest(out);
    await verifyFiles(out, manifest);
    expect(manifest.tasks).toEqual([]);
    expect(manifest.embedding).toMatchObject({
      output: 'embedding',
      matching: { name: 'matching', temperature: 0.05, metrics: { precisionAt1: result.test?.precisionAt1 } },
    });
    const verification = manifest.verification as unknown as { fp32: { smallestCosine: number }; int8: { metric: Keys } };
    expect(verification.fp32.smallestCosine).toBeGreaterThanOrEqual(0.9999);
    expect(verification.int8.metric).toMatchObject({ name: 'mrr' });
    expect(JSON.parse(await readFile(join(out, 'modules.json'), 'utf8'))).toHaveLength(3);
    const card = await readFile(join(out, 'README.md'), 'utf8');
    for (const part of ['query `query`, answer `answer`', 'precisionAt1', 'attune embed']) expect(card).toContain(part);
  });
});

describe('a matching task', () => {
  it('has the gradients of one batch when its rows do not fit through the network at once', async () => {
    const first = async (tokenBudget: number): Promise<{ losses: number[]; weights: Buffer }> => {
      const losses: number[] = [];
      const onEvent = (event: TrainingEvent): void => void (event.type === 'step' && losses.push(event.loss));
      await trainHead(
        configOf({ training: { epochs: 0.3, tokenBudget, hiddenDropout: 0, attentionDropout: 0 } }),
        optionsFor('parts', { onEvent }),
      );
      return { losses, weights: await readFile(join(folder, 'parts/model.safetensors')) };
    };
    const [whole, parts] = [await first(100_000), await first(120)];
    expect(whole.losses).toHaveLength(2);
    parts.losses.forEach((loss, step) => expect(loss).toBeCloseTo(whole.losses[step], 4));
  });

  it.each([
    ['adapters', { tuner: { name: 'lora' }, training: { epochs: 3 } }],
    ['no mined negatives', { loss: { hardNegatives: 0 }, training: { epochs: 3 } }],
    ['several batches a step', { loss: { temperature: 0.1 }, training: { epochs: 3, accumulate: 2 } }],
  ])('is trained with %s, too', async (_, settings) => {
    const result = await trainHead(configOf(settings), optionsFor('variant'));
    expect(result.test?.recallAt5).toBeGreaterThan(0.35);
  });

  it('keeps the encoder as it was where no epoch finds more of the validation rows', async () => {
    await trainHead(configOf(), optionsFor('taught'));
    const found: number[] = [];
    const onEvent = (event: TrainingEvent): void => void (event.type === 'evaluation' && found.push(event.metrics.mrr));
    const spoiling = configOf({ optimizer: { learningRate: 0.5, warmup: 0, clipNorm: 0 }, training: { epochs: 2, weightAverage: 0 } });
    const result = await trainHead({ ...spoiling, encoder: join(folder, 'taught') }, optionsFor('spoilt', { onEvent }));
    expect(found).toHaveLength(3);
    expect(found[0]).toBe(Math.max(...found));
    expect(result.validation.mrr).toBeCloseTo(found[0], 4);
  });

  it('goes on after an interruption as if there had been none, with the negatives that were mined', async () => {
    const weights = (name: string): Promise<Buffer> => readFile(join(folder, name, 'model.safetensors'));
    const config = configOf({ training: { epochs: 3 } });
    await trainHead(config, optionsFor('unbroken'));
    const controller = new AbortController();
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step' && event.step === 15) controller.abort();
    };
    await expect(trainHead(config, optionsFor('resumed', { signal: controller.signal, onEvent }))).rejects.toMatchObject({
      code: 'interrupted',
    });
    await trainHead(config, optionsFor('resumed', { resume: true }));
    expect((await weights('resumed')).equals(await weights('unbroken'))).toBe(true);
    expect(existsSync(join(folder, 'resumed.training'))).toBe(false);
  });

  it('names the rows of a step whose loss is no number', async () => {
    const config = configOf({ optimizer: { learningRate: 1e30, clipNorm: 0, warmup: 0 } });
    await expect(trainHead(config, optionsFor('nan'))).rejects.toThrow(/Step \d+: the loss is .* on rows \d+, /);
  });

  it('leaves no tensors behind', async () => {
    const config = configOf({ training: { epochs: 1, tokenBudget: 200 } });
    await trainHead(config, optionsFor('leak'));
    const before = loadBinding().getNumOfTensors();
    await trainHead(config, optionsFor('leak'));
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });
});

describe('matching beside classification on one encoder', () => {
  it('is learned together, and served by one pass: logits and an embedding', async () => {
    const out = join(folder, 'joint');
    const metrics: Keys[] = [];
    const onEvent = (event: TrainingEvent): void => void (event.type === 'evaluation' && metrics.push(event.metrics));
    const result = await trainHead(jointConfig({ epochs: 8 }), optionsFor('joint', { onEvent }));

    expect(result.validation.task).toBe('classification');
    expect(Object.keys(result.validation.tasks ?? {})).toEqual(['opinion', 'topics', 'match']);
    expect(result.validation.tasks?.opinion.accuracy).toBeGreaterThan(0.7);
    expect(result.validation.tasks?.match.precisionAt1).toBeGreaterThan(0.3);
    expect(Object.keys(metrics[0])).toEqual(expect.arrayContaining(['opinion.macroF1', 'match.mrr']));
    const manifest = await readManifest(out);
    expect(manifest.tasks.map(({ name }) => name)).toEqual(['opinion', 'topics']);
    expect(manifest.embedding?.matching).toMatchObject({ name: 'match', metrics: { mrr: result.validation.tasks?.match.mrr } });
    expect(manifest.verification).toMatchObject({ int8: { tasks: { match: { metric: { name: 'mrr' } } } } });
    const session = await OnnxSession.open(join(out, 'onnx/model_quantized.onnx'));
    expect(session.outputNames).toEqual(['opinion_logits', 'topics_logits', 'embedding']);
    await session.close();
  });

  it('gives a task without test rows the figures of its validation rows', async () => {
    const { tasks = [], ...config } = jointConfig({ epochs: 1 });
    const test = join(folder, 'test-pairs.jsonl');
    const tested = tasks.map((task) => (task.data === undefined ? task : { ...task, data: { ...task.data, test } }));
    const result = await trainHead({ ...config, tasks: tested }, optionsFor('half-tested'));
    expect(Object.keys(result.test?.tasks ?? {})).toEqual(['match']);
    const manifest = await readManifest(join(folder, 'half-tested'));
    expect(manifest.tasks[0].metrics.accuracy).toBe(result.validation.tasks?.opinion.accuracy);
    expect(manifest.embedding?.matching?.metrics.mrr).toBe(result.test?.mrr);
  });

  it('is better at matching than without that task', async () => {
    const { tasks = [], ...config } = jointConfig();
    const both = await trainHead(jointConfig(), optionsFor('both'));
    const light = await trainHead(
      { ...config, tasks: tasks.map((task) => (task.type === 'matching' ? { ...task, weight: 1e-9 } : task)) },
      optionsFor('light'),
    );
    expect(both.validation.tasks?.match.mrr).toBeGreaterThan((light.validation.tasks?.match.mrr ?? 1) + 0.1);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const weights = (name: string): Promise<Buffer> => readFile(join(folder, name, 'heads/topics.safetensors'));
    const config = jointConfig({ epochs: 2 });
    await trainHead(config, optionsFor('joint-unbroken'));
    const controller = new AbortController();
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step' && event.step === 20) controller.abort();
    };
    const stopped = trainHead(config, optionsFor('joint-resumed', { signal: controller.signal, onEvent }));
    await expect(stopped).rejects.toMatchObject({ code: 'interrupted' });
    await trainHead(config, optionsFor('joint-resumed', { resume: true }));
    expect((await weights('joint-resumed')).equals(await weights('joint-unbroken'))).toBe(true);
  });
});
