import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { headConfigSchema } from '../config/head-config';
import type { EncodedExample } from '../data/example';
import { encoderFamily, loadEncoder, type LoadedEncoder } from '../encoders';
import { evaluateClassification } from '../evaluation/report';
import { makeLoss } from '../losses';
import type { Precision } from '../native/kernels';
import { resolvePrecision } from '../native/processor';
import { headParameterShapes, Network } from '../network/network';
import { VocabularySubset } from '../network/vocabulary-subset';
import { Random } from '../random';
import { CheckpointStore } from '../training/checkpoint';
import { TrainingLoop } from '../training/training-loop';
import { findTuner } from '../tuners';

/** Shape of the batches that steps are measured on. */
export interface StepShape {
  rows: number;
  tokens: number;
}

export interface TrainingBenchmarkOptions {
  /** Folder, hub id, or the name of the encoder that setup installed. */
  encoder: string;
  shapes: readonly StepShape[];
  precision: 'auto' | Precision;
  /** Steps that count; default 20. */
  steps?: number;
  signal?: AbortSignal;
}

/** One full step, all parameters: forward, backward, clipping and AdamW. */
export interface TrainingBenchmark extends StepShape {
  encoder: string;
  precision: Precision;
  /** Milliseconds. The quickest is the least disturbed by other work on the machine. */
  milliseconds: { fastest: number; median: number };
  /** Tokens a second at the median. */
  tokensPerSecond: number;
}

const WARM_UP_STEPS = 3;
const LABELS = ['a', 'b', 'c'];

/**
 * Measures training steps on rows of equal length with random tokens.
 *
 * @throws AttuneError where the encoder cannot be loaded or native TensorFlow is missing
 */
export async function benchmarkTraining(options: TrainingBenchmarkOptions): Promise<TrainingBenchmark[]> {
  const encoder = await loadEncoder(options.encoder);
  const precision = resolvePrecision(options.precision);
  const results: TrainingBenchmark[] = [];
  for (const shape of options.shapes) {
    const times = await timeSteps(encoder, shape, precision, options);
    const sorted = [...times].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    results.push({
      ...shape,
      encoder: encoder.id,
      precision,
      milliseconds: { fastest: sorted[0], median },
      tokensPerSecond: (1000 * shape.rows * shape.tokens) / median,
    });
  }
  return results;
}

/** Milliseconds of each step after the warm-up. */
async function timeSteps(
  encoder: LoadedEncoder,
  { rows, tokens }: StepShape,
  precision: Precision,
  { steps = 20, signal }: TrainingBenchmarkOptions,
): Promise<number[]> {
  const all = steps + WARM_UP_STEPS;
  const config = headConfigSchema.parse({
    training: { epochs: 1, batchSize: rows, tokenBudget: rows * tokens, evaluateEvery: all + 1, checkpointEvery: all + 1 },
  });
  const random = new Random(config.seed);
  const examples = randomExamples(encoder, rows * all, tokens, random);
  const head: HeadShape = { task: 'classification', pooling: 'pooler', labels: LABELS };
  const network = randomHeadNetwork(encoder, head, precision, examples, random);
  const tuner = findTuner('full').attach(network, config, random);
  const ends: number[] = [];
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: 1e-5,
    loss: makeLoss(config, LABELS, [1, 1, 1]),
    config,
    examples,
    padTokenId: encoder.config.padTokenId,
    metric: 'loss',
    evaluate: () => evaluateClassification([1, 0, 0], [0], LABELS),
    describeRow: String,
    checkpoints: new CheckpointStore(join(tmpdir(), `attune-bench-${process.pid}`)),
    identity: 'benchmark',
    signal: signal ?? new AbortController().signal,
    onEvent: (event) => event.type === 'step' && ends.push(performance.now()),
  });
  try {
    await loop.run();
  } finally {
    loop.dispose();
    tuner.dispose();
    network.dispose();
  }
  return ends.slice(WARM_UP_STEPS).map((end, index) => end - ends[WARM_UP_STEPS + index - 1]);
}

function randomExamples({ config }: LoadedEncoder, count: number, tokens: number, random: Random): EncodedExample[] {
  return Array.from({ length: count }, (_, index) => ({
    inputIds: Int32Array.from({ length: tokens }, () => random.integer(config.vocabularySize)),
    ...(config.tokenTypes > 0 ? { tokenTypeIds: new Int32Array(tokens) } : {}),
    target: index % LABELS.length,
    index,
  }));
}

function randomHeadNetwork(
  encoder: LoadedEncoder,
  head: HeadShape,
  precision: Precision,
  examples: EncodedExample[],
  random: Random,
): Network {
  const weights = new Map<string, NamedTensor>(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, head)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.02 * random.normal()) });
  }
  const family = encoderFamily(encoder.config.family);
  return new Network({
    config: encoder.config,
    head,
    headOptions: { activation: family.headActivation, dropout: encoder.config.hiddenDropout, inputDropout: 0 },
    weights,
    precision,
    vocabulary: VocabularySubset.of(
      encoder.config.vocabularySize,
      examples.map(({ inputIds }) => inputIds),
      [encoder.config.padTokenId],
    ),
  });
}
