import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, verifyFiles, type NamedTensor } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createTinyEncoder } from '@attune/testing';
import { tinyTaskRows, writeTinyTasks } from '../../test/tiny-tasks';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadEncoder, readSafetensors } from '../encoders';
import { loadBinding } from '../native/tensorflow';
import type { TrainingEvent } from './events';
import { trainHead, type TrainHeadOptions } from './train-head';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-tasks-'));
  createTinyEncoder(join(folder, 'encoder'));
  writeTinyTasks(join(folder, 'train.jsonl'), tinyTaskRows(260));
  writeTinyTasks(join(folder, 'test.jsonl'), tinyTaskRows(60, 2));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Settings {
  training?: Record<string, unknown>;
  topics?: Record<string, unknown>;
  head?: Record<string, unknown>;
  tuner?: Record<string, unknown>;
}

function configOf({ training, topics, head, tuner }: Settings = {}): HeadConfig {
  return headConfigSchema.parse({
    encoder: join(folder, 'encoder'),
    data: { train: join(folder, 'train.jsonl'), test: join(folder, 'test.jsonl'), pair: 'pair', validationShare: 0.2 },
    tasks: [
      { name: 'opinion', label: 'label', loss: { rDrop: 0.5 } },
      { name: 'topics', type: 'multi-label', label: 'topics', ignoresPair: true, weight: 0.5, ...topics },
    ],
    head,
    tuner,
    optimizer: { learningRate: 3e-3 },
    training: { epochs: 8, batchSize: 16, precision: 'fp32', ...training },
  });
}

function optionsFor(name: string, more: Partial<TrainHeadOptions> = {}): TrainHeadOptions {
  return { out: join(folder, name), resume: false, signal: new AbortController().signal, onEvent: () => undefined, ...more };
}

describe.each(['fast', 'reference'] as const)('two tasks on one encoder, %s passes', (passes) => {
  it('are learned together from rows that have labels for one of them or both, and exported as two outputs', async () => {
    const out = join(folder, passes);
    const metrics: Record<string, number>[] = [];
    const onEvent = (event: TrainingEvent): void => void (event.type === 'evaluation' && metrics.push(event.metrics));
    const result = await trainHead(configOf({ training: { passes, epochs: passes === 'fast' ? 8 : 4 } }), optionsFor(passes, { onEvent }));

    expect(result.test?.task).toBe('classification');
    expect(result.test?.accuracy).toBeGreaterThan(0.85);
    expect(result.test?.tasks?.opinion.accuracy).toBe(result.test?.accuracy);
    expect(result.test?.tasks?.topics.microF1).toBeGreaterThan(0.75);
    expect(result.test?.tasks?.topics.thresholds).toHaveLength(2);
    expect(result.test?.rows).toBe(48);
    expect(result.test?.tasks?.topics.rows).toBeGreaterThan(48);
    expect(Object.keys(metrics[0])).toEqual(expect.arrayContaining(['opinion.macroF1', 'topics.microF1']));

    const manifest = await readManifest(out);
    await verifyFiles(out, manifest);
    expect(manifest.tasks).toMatchObject([
      { name: 'opinion', type: 'classification', output: 'opinion_logits', labels: ['bad', 'good'] },
      { name: 'topics', type: 'multi-label', output: 'topics_logits', labels: ['goods', 'staff'] },
    ]);
    expect(manifest.tasks[0].calibration.temperature).not.toBe(manifest.tasks[1].calibration.temperature);
    expect(Object.keys(manifest.tasks[1].thresholds ?? {})).toEqual(['goods', 'staff']);
    expect(manifest.verification).toMatchObject({
      fp32: { tasks: { opinion: { labelsChanged: 0 }, topics: { labelsChanged: 0 } } },
      int8: { tasks: { opinion: { metric: { name: 'macroF1' } }, topics: { metric: { name: 'microF1' } } } },
    });
    const session = await OnnxSession.open(join(out, 'onnx/model.onnx'));
    expect(session.outputNames).toEqual(['opinion_logits', 'topics_logits']);
    await session.close();
  });
});

describe('several tasks', () => {
  const hand = (weights: ReadonlyMap<string, NamedTensor>, name: string): number[] => [...(weights.get(name)?.values ?? [])];

  it("lie beside the encoder a file a head, the first one as the family's own", async () => {
    await trainHead(configOf({ training: { epochs: 1 }, topics: { pooling: 'mean' } }), optionsFor('files'));
    const { weights } = await loadEncoder(join(folder, 'files'));
    const opinion = await readSafetensors(join(folder, 'files/heads/opinion.safetensors'));
    const topics = await readSafetensors(join(folder, 'files/heads/topics.safetensors'));
    expect([...opinion.tensors.keys()].sort()).toEqual(['dense.bias', 'dense.weight', 'output.bias', 'output.weight']);
    expect([...topics.tensors.keys()].sort()).toEqual(['output.bias', 'output.weight']);
    expect(hand(weights, 'head.output.weight')).toEqual(hand(opinion.tensors, 'output.weight'));
    const card = await readFile(join(folder, 'files/README.md'), 'utf8');
    for (const part of ['topics', '`topics_logits`', '`opinion_logits`', 'ignores']) expect(card).toContain(part);
  });

  it.each([
    ['adapters', { tuner: { name: 'lora' } }],
    ['heads alone', { tuner: { name: 'head' }, head: { pooling: 'mean' } }],
  ])('are trained by %s, too', async (_, settings) => {
    const result = await trainHead(configOf({ ...settings, training: { epochs: 2 } }), optionsFor('tuned'));
    expect(result.test?.tasks?.opinion.accuracy).toBeGreaterThan(0.55);
    expect(result.trainableParameters).toBeLessThan(result.totalParameters);
  });

  it('go on after an interruption as if there had been none', async () => {
    const weights = (name: string): Promise<Buffer> => readFile(join(folder, name, 'heads/topics.safetensors'));
    const config = configOf({ training: { epochs: 2 } });
    await trainHead(config, optionsFor('unbroken'));
    const controller = new AbortController();
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'step' && event.step === 20) controller.abort();
    };
    await expect(trainHead(config, optionsFor('resumed', { signal: controller.signal, onEvent }))).rejects.toMatchObject({
      code: 'interrupted',
    });
    await trainHead(config, optionsFor('resumed', { resume: true }));
    expect((await weights('resumed')).equals(await weights('unbroken'))).toBe(true);
    expect(existsSync(join(folder, 'resumed.training'))).toBe(false);
  });

  it('leave no tensors behind', async () => {
    await trainHead(configOf({ training: { epochs: 1 } }), optionsFor('leak'));
    const before = loadBinding().getNumOfTensors();
    await trainHead(configOf({ training: { epochs: 1 } }), optionsFor('leak'));
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });
});
