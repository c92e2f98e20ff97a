import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import type { EncodedExample } from '../data/example';
import { encoderFamily, loadEncoder, type LoadedEncoder } from '../encoders';
import { evaluateClassification } from '../evaluation/report';
import { configuredTasks } from '../config/tasks';
import { taskLayout } from '../heads/task-layout';
import { makeStepLoss } from '../losses';
import { checkpointJudge } from '../training/evaluate-tasks';
import type { Precision } from '../native/kernels';
import { resolvePrecision } from '../native/processor';
import { Network } from '../network/network';
import { headParameterShapes } from '../network/trainable-network';
import { Random } from '../random';
import { CheckpointStore } from '../training/checkpoint';
import { LabelledSteps } from '../training/labelled-steps';
import { TrainingLoop } from '../training/training-loop';
import { findTuner, type AttachedTuner } from '../tuners';

/** Shape of the batches that steps are measured on. */
export interface StepShape {
  rows: number;
  tokens: number;
  /** Rows have between half of `tokens` and all of them, instead of all. */
  uneven?: boolean;
}

export interface StepBenchmarkOptions extends StepShape {
  /** Folder, hub id, or the name of the encoder that setup installed. */
  encoder: string;
  precision: 'auto' | Precision;
  /** Classes of the head; default 3. */
  classes?: number;
  signal?: AbortSignal;
}

/** Times of steps in milliseconds: on the clock, and of all the process's threads. */
export interface StepTimes {
  wallMs: number[];
  cpuMs: number[];
}

/** A network that takes training steps to be measured. `dispose` frees it. */
export interface StepBenchmark {
  /** Id of the encoder. */
  encoder: string;
  precision: Precision;
  /** Takes one step to get warm, then the steps that count. */
  runSteps(steps: number): Promise<StepTimes>;
  dispose(): void;
}

/**
 * Prepares full training steps of all parameters, the whole vocabulary among them, on rows of random tokens: forward,
 * backward, dropout, clipping and AdamW, through the training loop itself.
 *
 * @throws AttuneError where the encoder cannot be loaded or native TensorFlow is missing
 */
export async function createStepBenchmark(options: StepBenchmarkOptions): Promise<StepBenchmark> {
  const encoder = await loadEncoder(options.encoder);
  const precision = resolvePrecision(options.precision);
  const random = new Random(headConfigSchema.parse({}).seed);
  const labels = Array.from({ length: options.classes ?? 3 }, (_, label) => `class ${label}`);
  const head: HeadShape = { task: 'classification', pooling: 'pooler', labels };
  const network = randomHeadNetwork(encoder, head, precision, random);
  const examples = randomExamples(encoder, options, labels.length, random);
  const tuner = findTuner('full').attach(network, headConfigSchema.parse({}), random);
  return {
    encoder: encoder.id,
    precision,
    runSteps: (steps) => timeSteps({ encoder, network, tuner, head, examples, options }, steps),
    dispose: () => {
      tuner.dispose();
      network.dispose();
    },
  };
}

interface Prepared {
  encoder: LoadedEncoder;
  network: Network;
  tuner: AttachedTuner;
  head: HeadShape;
  /** One batch. */
  examples: EncodedExample[];
  options: StepBenchmarkOptions;
}

async function timeSteps({ encoder, network, tuner, head, examples, options }: Prepared, steps: number): Promise<StepTimes> {
  const config = configFor(options, steps + 1);
  const marks: { wall: number; cpu: NodeJS.CpuUsage }[] = [];
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: 1e-5,
    config,
    sources: [
      new LabelledSteps({
        network,
        loss: makeStepLoss(configuredTasks(config), taskLayout([head]), [head.labels.map(() => 1)]),
        config,
        rows: examples.length,
        examplesOf: () => examples,
        padTokenId: encoder.config.padTokenId,
        describeRow: String,
      }),
    ],
    metric: checkpointJudge(config),
    judgesStart: false,
    evaluate: () => Promise.resolve(evaluateClassification([1, 0], [0], ['a', 'b'])),
    checkpoints: new CheckpointStore(join(tmpdir(), `attune-bench-${process.pid}`)),
    identity: 'benchmark',
    signal: options.signal ?? new AbortController().signal,
    onEvent: (event) => event.type === 'step' && marks.push({ wall: performance.now(), cpu: process.cpuUsage() }),
  });
  try {
    await loop.run();
  } finally {
    loop.dispose();
  }
  const counted = marks.slice(1);
  return {
    wallMs: counted.map(({ wall }, index) => wall - marks[index].wall),
    cpuMs: counted.map(({ cpu }, index) => (cpu.user + cpu.system - marks[index].cpu.user - marks[index].cpu.system) / 1000),
  };
}

/** One batch an epoch, no evaluation and no checkpoint on the way. */
function configFor({ rows, tokens }: StepShape, steps: number): HeadConfig {
  return headConfigSchema.parse({
    training: {
      epochs: steps,
      batchSize: rows,
      tokenBudget: rows * tokens,
      evaluateEvery: steps + 1,
      checkpointEvery: steps + 1,
      keepBest: false,
    },
  });
}

function randomExamples({ config }: LoadedEncoder, { rows, tokens, uneven }: StepShape, classes: number, random: Random): EncodedExample[] {
  return Array.from({ length: rows }, (_, index) => {
    // The first row is always the longest, so that the batch is as wide as is said.
    const length = uneven && index > 0 ? Math.ceil(tokens / 2) + random.integer(Math.floor(tokens / 2) + 1) : tokens;
    return {
      inputIds: Int32Array.from({ length }, () => random.integer(config.vocabularySize)),
      ...(config.tokenTypes > 0 ? { tokenTypeIds: new Int32Array(length) } : {}),
      target: index % classes,
      index,
    };
  });
}

function randomHeadNetwork(encoder: LoadedEncoder, head: HeadShape, precision: Precision, random: Random): Network {
  const weights = new Map<string, NamedTensor>(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, head)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.02 * random.normal()) });
  }
  const family = encoderFamily(encoder.config.family);
  const headOptions = { activation: family.headActivation, dropout: encoder.config.hiddenDropout, inputDropout: 0 };
  return new Network({ config: encoder.config, heads: [head], headOptions, weights, precision });
}
