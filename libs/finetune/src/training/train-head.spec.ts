import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest } from '@attune/artifact';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from './events';
import { trainHead, type TrainHeadOptions } from './train-head';

let folder: string;
let data: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-train-'));
  data = join(folder, 'rows.csv');
  await createTinyEncoder(join(folder, 'encoder'));
  await writeTinyDataset(data, { rows: 160 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Settings = Record<string, Record<string, unknown> | string | number>;

function configOf(settings: Settings = {}): HeadConfig {
  const { optimizer, training, data: dataSettings, export: exported, ...rest } = settings as Record<string, Record<string, unknown>>;
  return headConfigSchema.parse({
    encoder: join(folder, 'encoder'),
    ...rest,
    data: { train: data, ...dataSettings },
    optimizer: { learningRate: 3e-3, ...optimizer },
    training: { epochs: 2, batchSize: 16, precision: 'fp32', ...training },
    export: { int8: false, ...exported },
  });
}

function optionsFor(name: string, more: Partial<TrainHeadOptions> = {}): TrainHeadOptions {
  return { out: join(folder, name), resume: false, signal: new AbortController().signal, onEvent: () => undefined, ...more };
}

const weightsOf = (name: string): Promise<Buffer> => readFile(join(folder, name, 'model.safetensors'));
const exportedOf = (name: string): Promise<Buffer> => readFile(join(folder, name, 'onnx/model.onnx'));

/** Aborts a run when something happens. */
function abortWhen(happens: (event: TrainingEvent) => boolean, turns = 0): Pick<TrainHeadOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  const abortAfter = (left: number): void => {
    if (left === 0) controller.abort();
    else setImmediate(() => abortAfter(left - 1));
  };
  return { signal: controller.signal, onEvent: (event) => happens(event) && abortAfter(turns) };
}

/** Aborts a run when it has taken some steps, or some turns of the event loop later: one before each batch. */
function abortAt(step: number, turns = 0): Pick<TrainHeadOptions, 'signal' | 'onEvent'> {
  return abortWhen((event) => event.type === 'step' && event.step === step, turns);
}

describe('training a head', () => {
  it('learns, and gives the same weights for the same seed', async () => {
    const first = await trainHead(configOf({ training: { epochs: 8 } }), optionsFor('first'));
    await trainHead(configOf({ training: { epochs: 8 } }), optionsFor('second'));
    expect(first.validation.accuracy).toBeGreaterThan(0.8);
    expect((await weightsOf('first')).equals(await weightsOf('second'))).toBe(true);
  });

  it.each<[string, Parameters<typeof configOf>[0], number?, number?]>([
    ['adamw', {}],
    ['sgd with an average of the weights', { optimizer: { name: 'sgd' }, training: { weightAverage: 0.9 } }],
    ['an equal average of the weights', { regularization: { swaFrom: 0.5 } }],
    ['mixout and a step against the loss', { regularization: { mixout: 0.3, adversarial: 0.3 } }],
    ['between the passes of a step against the loss', { regularization: { adversarial: 0.3 }, training: { accumulate: 3 } }, 4, 5],
    ['a draw to where the encoder began', { regularization: { l2Sp: 0.1 } }],
    ['texts that are changed in each epoch', { augmentation: { share: 0.5, backOff: 0.2 } }],
    ['the last weights rather than the best', { training: { keepBest: false } }],
    ['lora', { tuner: { name: 'lora' } }],
    ['dora', { tuner: { name: 'dora' } }],
    ['ia3', { tuner: { name: 'ia3' } }],
    ['adapters', { tuner: { name: 'adapters' } }],
    ['prompt-tuning with an encoder', { tuner: { name: 'prompt-tuning', promptTokens: 4, promptEncoder: 'mlp' } }],
    ['as the evaluation after an epoch begins', {}, 9],
    ['between the batches of a step', { training: { accumulate: 3 } }, 4, 2],
  ])('goes on after an interruption as if there had been none: %s', async (_, settings, step = 13, turns = 0) => {
    await trainHead(configOf(settings), optionsFor('unbroken'));
    // Nine batches an epoch: stops in the middle of the second, where nothing else is said.
    const stopped = trainHead(configOf(settings), optionsFor('resumed', abortAt(step, turns)));
    await expect(stopped).rejects.toMatchObject({ message: expect.stringContaining(`Interrupted at step ${step} of`) as string });
    expect(existsSync(join(folder, 'resumed'))).toBe(false);
    await trainHead(configOf(settings), optionsFor('resumed', { resume: true }));
    expect((await exportedOf('resumed')).equals(await exportedOf('unbroken'))).toBe(true);
    expect(existsSync(join(folder, 'resumed.training'))).toBe(false);
    await rm(join(folder, 'resumed'), { recursive: true });
  });

  it('keeps what it learned where the evaluation at the end is interrupted', async () => {
    const config = configOf({ training: { checkpointEvery: 9 } });
    await trainHead(config, optionsFor('unbroken'));
    const atTheEnd = abortWhen((event) => event.type === 'phase' && event.name === 'evaluating');
    await expect(trainHead(config, optionsFor('judged', atTheEnd))).rejects.toMatchObject({
      code: 'interrupted',
      remedy: expect.stringContaining('--resume') as string,
    });
    const steps: TrainingEvent[] = [];
    await trainHead(config, optionsFor('judged', { resume: true, onEvent: (event) => event.type === 'step' && steps.push(event) }));
    expect(steps).toEqual([]);
    expect((await weightsOf('judged')).equals(await weightsOf('unbroken'))).toBe(true);
  });

  it('need not learn again to export something else', async () => {
    const afterLearning = abortWhen((event) => event.type === 'phase' && event.name === 'evaluating');
    await expect(trainHead(configOf({ training: { checkpointEvery: 9 } }), optionsFor('other-files', afterLearning))).rejects.toMatchObject(
      {
        code: 'interrupted',
        remedy: expect.stringContaining('--resume') as string,
      },
    );
    const steps: TrainingEvent[] = [];
    const onEvent = (event: TrainingEvent): unknown => event.type === 'step' && steps.push(event);
    const withEmbedding = configOf({ training: { checkpointEvery: 9 }, export: { embedding: true } });
    await trainHead(withEmbedding, optionsFor('other-files', { resume: true, onEvent }));
    expect(steps).toEqual([]);
    expect((await readManifest(join(folder, 'other-files'))).embedding).toBeDefined();
  });

  it('refuses to resume a run of another configuration', async () => {
    await expect(trainHead(configOf(), optionsFor('other', abortAt(3)))).rejects.toMatchObject({ code: 'interrupted' });
    await expect(trainHead(configOf({ seed: 7 }), optionsFor('other', { resume: true }))).rejects.toThrow(/another configuration/);
  });

  it('stops at a loss that is no number and names the rows', async () => {
    const run = trainHead(
      configOf({ optimizer: { learningRate: 1e30, clipNorm: 0, warmup: 0 }, head: { warmStart: false } }),
      optionsFor('nan'),
    );
    await expect(run).rejects.toThrow(/Step \d+: the loss is .* on rows \d+, /);
    expect(existsSync(join(folder, 'nan'))).toBe(false);
  });

  it('stops early when the metric no longer improves, and keeps the best weights', async () => {
    const evaluations: number[] = [];
    const result = await trainHead(
      configOf({ optimizer: { learningRate: 0.3, clipNorm: 0 }, training: { epochs: 12, patience: 2, metric: 'accuracy' } }),
      optionsFor('early', { onEvent: (event) => event.type === 'evaluation' && evaluations.push(event.metrics.accuracy) }),
    );
    expect(evaluations.length).toBeLessThan(12);
    expect(result.validation.accuracy).toBe(Math.max(...evaluations));
  });

  it.each<[string, Parameters<typeof configOf>[0]]>([
    ...['full', 'dora', 'ia3', 'adapters', 'prompt-tuning'].map((name): [string, Parameters<typeof configOf>[0]] => [
      `tuner ${name}`,
      { tuner: { name: name as 'full' } },
    ]),
    ['all regularisers', { regularization: { swaFrom: 0.5, adversarial: 0.3, mixout: 0.3, l2Sp: 0.1 } }],
  ])('leaves no tensors behind with %s', async (_, settings) => {
    const config = configOf({ ...settings, training: { epochs: 1 } });
    await trainHead(config, optionsFor('leak'));
    const before = loadBinding().getNumOfTensors();
    await trainHead(config, optionsFor('leak'));
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });

  it('fits only the output layer with tuner head', async () => {
    const result = await trainHead(configOf({ tuner: { name: 'head' }, head: { pooling: 'mean' } }), optionsFor('probe'));
    expect(result.trainableParameters).toBe(3 * 32 + 3);
    expect(result.validation.accuracy).toBeGreaterThan(0.8);
  });

  it('knows rows out of scope by a threshold that it chose on validation rows, and keeps it', async () => {
    const outOfScope = { label: 'refund', score: 'energy', inScopeLoss: 0.1 };
    const result = await trainHead(configOf({ outOfScope, training: { epochs: 5 } }), optionsFor('scoped'));
    expect(result.validation.outOfScope).toMatchObject({ label: 'refund', score: 'energy' });
    expect(result.validation.outOfScopeRecall).toBeGreaterThan(0.5);
    expect(result.validation.inScopeAccuracy).toBeGreaterThan(0.5);
    const [task] = (await readManifest(join(folder, 'scoped'))).tasks;
    expect(task.outOfScope).toEqual(result.validation.outOfScope);
    expect(task.metrics.outOfScopeRecall).toBe(result.validation.outOfScopeRecall);
    expect(await readFile(join(folder, 'scoped/README.md'), 'utf8')).toContain('A text is also `refund` where');
    const wrong = trainHead(configOf({ outOfScope: { label: 'refunds' } }), optionsFor('scoped-wrongly'));
    await expect(wrong).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('no row has the label "refunds"') as string,
    });
  });

  it('refuses to read second texts where the encoder cannot tell them apart', async () => {
    const roberta = join(folder, 'roberta');
    await createTinyEncoder(roberta, { family: 'roberta', seed: 3 });
    await expect(trainHead(configOf({ encoder: roberta, head: { pooling: 'pair' } }), optionsFor('second'))).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('head.pooling is pair') as string,
    });
  });

  it('leaves room for a soft prompt, and says where there is none', async () => {
    const notes: string[] = [];
    const onEvent = (event: TrainingEvent): unknown => event.type === 'note' && notes.push(event.message);
    const promptTuning = (promptTokens: number): HeadConfig =>
      configOf({ tuner: { name: 'prompt-tuning', promptTokens }, training: { epochs: 1 } });
    await trainHead(promptTuning(50), optionsFor('prompt', { onEvent }));
    expect(notes.join()).toMatch(/reads at most 14 tokens/);
    expect((await readManifest(join(folder, 'prompt'))).maxLength).toBe(14);
    await expect(trainHead(promptTuning(61), optionsFor('prompt'))).rejects.toMatchObject({
      code: 'bad-config',
      message: expect.stringContaining('reads 64 tokens in all') as string,
    });
  });

  it('takes regression and multi-label rows', async () => {
    const numbers = join(folder, 'numbers.csv');
    const several = join(folder, 'several.csv');
    await writeTinyDataset(numbers, { rows: 320, task: 'regression' });
    await writeTinyDataset(several, { rows: 120, task: 'multi-label' });
    const regression = await trainHead(
      configOf({ task: 'regression', data: { train: numbers, label: 'score' }, training: { epochs: 10 } }),
      optionsFor('regression'),
    );
    expect(regression.validation.spearman).toBeGreaterThan(0.5);
    const multiLabel = await trainHead(
      configOf({ task: 'multi-label', data: { train: several }, training: { epochs: 6 } }),
      optionsFor('multi-label'),
    );
    expect(multiLabel.validation.microF1).toBeGreaterThan(0.7);
  });

  it('starts anew where --resume finds no interrupted run, and says so', async () => {
    const notes: string[] = [];
    await trainHead(
      configOf({ training: { epochs: 1 } }),
      optionsFor('anew', { resume: true, onEvent: (event) => event.type === 'note' && notes.push(event.message) }),
    );
    expect(notes.join()).toMatch(/no interrupted run/);
  });
});
