import { join } from 'node:path';
import {
  textNormalizationSchema,
  type EncoderAdditions,
  type HeadShape,
  type NamedTensor,
  type Pooling,
  type TaskName,
} from '@attune/artifact';
import { createTinyEncoder, type TinyEncoderFamily } from '@attune/testing';
import { headConfigSchema } from '../src/config/head-config';
import type { EncodedExample } from '../src/data/example';
import { encoderFamily, loadEncoder, type LoadedEncoder } from '../src/encoders';
import { evaluateClassification, evaluateMultiLabel, evaluateRegression } from '../src/evaluation/report';
import type { HeldOut, TrainedAdapter, TrainedHead } from '../src/export';
import { plainStates } from '../src/export/plain-forward';
import { Random } from '../src/random';

export interface TinyHeadOptions {
  family?: TinyEncoderFamily;
  task?: TaskName;
  pooling?: Pooling;
  /** With a low-rank adapter on the query and value projections, merged. */
  adapter?: boolean;
  /** With something of a tuner's that cannot be merged. */
  addition?: 'adapters' | 'prompt-tuning';
  embedding?: boolean;
}

const TEXTS = [
  'my card was stolen',
  'where is the parcel that you sent on monday?',
  'the refund never arrived',
  'a fine film, with a slow start and a good end',
  'profit rose',
  'shares fell by 3%, more than in any quarter before',
  'hello',
  'how much is it?',
  'cancel the order and pay the money back to my account, please',
  'thank you',
  'the app is slow today and closes when I open my orders',
  'no',
];

/** A head with random weights on a tiny encoder, as if it had been trained, and what it says about a few rows, by plain arithmetic. */
export async function tinyTrainedHead(
  directory: string,
  options: TinyHeadOptions = {},
): Promise<{ trained: TrainedHead; heldOut: HeldOut; texts: string[] }> {
  const { family = 'bert', task = 'classification', pooling = 'pooler' } = options;
  const encoderDirectory = join(directory, 'encoder');
  createTinyEncoder(encoderDirectory, { family, seed: 3, hiddenSize: 48 });
  const pretrained = await loadEncoder(encoderDirectory);
  const additions = options.addition && ADDITIONS[options.addition];
  const encoder = { ...pretrained, config: { ...pretrained.config, ...(additions && { additions }) } };
  const random = new Random(5);
  const labels = task === 'regression' ? ['score'] : ['late', 'lost "or" stolen', '其他'];
  const head: HeadShape = { task, pooling, labels };
  const weights = new Map([...encoder.weights].filter(([name]) => !name.startsWith('head.')));
  addHead(weights, head, encoder, random);
  const adapter = options.adapter === true ? mergeAdapter(encoder, encoderDirectory, weights, random) : added(encoder, weights, random);
  const maxLength = 24;
  const examples = TEXTS.map((text, index): EncodedExample => ({
    // The first text stands alone, whatever is read of the others.
    ...encoder.tokenizer.encode(text, pooling === 'pair' && index > 0 ? TEXTS[index - 1] : undefined, maxLength),
    target: 0,
    index,
  }));
  const logits = Float32Array.from(examples.flatMap((example) => plainLogits(encoder, head, weights, example)));
  const targets = setTargets(head, examples, logits);
  const config = headConfigSchema.parse({ task, encoder: encoder.id, head: { pooling } });
  return {
    texts: TEXTS,
    heldOut: { examples, logits },
    trained: {
      encoder,
      head,
      weights,
      ...(adapter && { adapter }),
      normalization: textNormalizationSchema.parse({}),
      maxLength,
      calibration: { temperature: 1.25 },
      ...(task === 'multi-label' && { thresholds: [0.4, 0.5, 0.6] }),
      reports: { validation: evaluate(head, logits, targets) },
      history: { losses: [1, 0.5] },
      dataFingerprint: { sha256: '0'.repeat(64), rows: 100 },
      config,
      embedding: options.embedding ?? false,
    },
  };
}

function randomTensor(shape: number[], deviation: number, random: Random): NamedTensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, values: Float32Array.from({ length: size }, () => deviation * random.normal()) };
}

function addDense(weights: Map<string, NamedTensor>, name: string, outputs: number, inputs: number, random: Random): void {
  weights.set(`${name}.weight`, randomTensor([outputs, inputs], 1 / Math.sqrt(inputs), random));
  weights.set(`${name}.bias`, randomTensor([outputs], 0.1, random));
}

/** Random output layers, with the dense layer of the family's own head where it has one. */
function addHead(weights: Map<string, NamedTensor>, { pooling, labels }: HeadShape, { config }: LoadedEncoder, random: Random): void {
  const { hiddenSize: hidden, causal } = config;
  if (pooling === 'pooler' && !causal) addDense(weights, 'head.dense', hidden, hidden, random);
  addDense(weights, 'head.output', labels.length, hidden, random);
  if (pooling === 'pooler' && causal) weights.delete('head.output.bias');
}

/** Adds `alpha / rank · B A` to the weights and returns the adapter (Hu et al. 2021). */
function mergeAdapter(encoder: LoadedEncoder, baseModel: string, weights: Map<string, NamedTensor>, random: Random): TrainedAdapter {
  const rank = 4;
  const alpha = 8;
  const hidden = encoder.config.hiddenSize;
  const adapter = new Map<string, NamedTensor>();
  for (let layer = 0; layer < encoder.config.layers; layer++) {
    for (const part of encoder.config.causal ? ['c_attn'] : ['query', 'value']) {
      const name = `encoder.layer.${layer}.attention.self.${part}`;
      const a = randomTensor([rank, hidden], 0.2, random);
      const b = randomTensor([encoder.config.causal ? 3 * hidden : hidden, rank], 0.2, random);
      adapter.set(`${name}.lora_A.weight`, a).set(`${name}.lora_B.weight`, b);
      const base = weights.get(`${name}.weight`);
      if (base === undefined) throw new Error(`no ${name}`);
      const values = base.values.map((value, i) => {
        let update = 0;
        for (let r = 0; r < rank; r++) update += b.values[Math.floor(i / hidden) * rank + r] * a.values[r * hidden + (i % hidden)];
        return value + (alpha / rank) * update;
      });
      weights.set(`${name}.weight`, { shape: base.shape, values });
    }
  }
  return { method: 'lora', rank, alpha, dropout: 0, targetModules: ['query', 'value'], baseModel, weights: adapter };
}

const ADDITIONS: Record<NonNullable<TinyHeadOptions['addition']>, EncoderAdditions> = {
  adapters: { bottleneck: { size: 6, activation: 'gelu' } },
  'prompt-tuning': { promptTokens: 5 },
};

/** Puts random weights of an addition beside the others and returns the adapter. */
function added(encoder: LoadedEncoder, weights: Map<string, NamedTensor>, random: Random): TrainedAdapter | undefined {
  const { config, directory: baseModel } = encoder;
  const { promptTokens: tokens, bottleneck } = config.additions ?? {};
  const { hiddenSize: hidden, layers } = config;
  const own = new Map<string, NamedTensor>();
  if (tokens !== undefined) own.set('prompt.embeddings', randomTensor([tokens, hidden], 0.3, random));
  for (let layer = 0; layer < layers && bottleneck !== undefined; layer++) {
    for (const part of ['attention.output', 'output']) {
      addDense(own, `encoder.layer.${layer}.${part}.adapter.down`, bottleneck.size, hidden, random);
      addDense(own, `encoder.layer.${layer}.${part}.adapter.up`, hidden, bottleneck.size, random);
    }
  }
  for (const [name, tensor] of own) weights.set(name, tensor);
  if (tokens !== undefined) return { method: 'prompt-tuning', baseModel, tokens, weights: own };
  return bottleneck && { method: 'adapters', baseModel, reductionFactor: hidden / bottleneck.size, ...bottleneck, weights: own };
}

function plainLogits(
  { config }: LoadedEncoder,
  head: HeadShape,
  weights: ReadonlyMap<string, NamedTensor>,
  example: EncodedExample,
): number[] {
  const hidden = config.hiddenSize;
  const states = plainStates(config, weights, example);
  const tokens = example.inputIds.length;
  const first = states.slice(0, hidden);
  const ofText = states.subarray((config.additions?.promptTokens ?? 0) * hidden);
  const meanFrom = (token: number): Float64Array =>
    first.map(
      (_, i) => ofText.reduce((sum, value, at) => (at % hidden === i && at >= token * hidden ? sum + value : sum), 0) / (tokens - token),
    );
  const mean = meanFrom(0);
  const dense = (name: string, input: Float64Array): Float64Array => {
    const { values } = weights.get(`${name}.weight`) ?? { values: new Float32Array() };
    const bias = weights.get(`${name}.bias`)?.values ?? new Float32Array(values.length / input.length);
    return Float64Array.from(bias, (start, out) => input.reduce((sum, value, i) => sum + value * values[out * hidden + i], start));
  };
  const activate = encoderFamily(config.family).headActivation === 'tanh' ? Math.tanh : (x: number): number => Math.max(0, x);
  const features = (): Float64Array => {
    switch (head.pooling) {
      case 'pooler':
        return config.causal ? states.slice(-hidden) : dense('head.dense', first).map(activate);
      case 'cls':
        return first;
      case 'mean':
        return mean;
      case 'pair':
        return meanFrom(Math.max(0, example.tokenTypeIds?.indexOf(1) ?? 0));
      case 'embedding': {
        const length = Math.hypot(...mean);
        return mean.map((value) => value / length);
      }
      case 'cloze':
        throw new RangeError('such a head is made in its own spec');
    }
  };
  return [...dense('head.output', features())];
}

/** Gives each row the target that the head predicts, but for the first, so that metrics are neither perfect nor chance. */
function setTargets({ task, labels }: HeadShape, examples: EncodedExample[], logits: Float32Array): Float32Array {
  const width = labels.length;
  examples.forEach((example, row) => {
    const own = logits.subarray(row * width, (row + 1) * width);
    if (task === 'regression') example.target = own[0] + 0.01 * row;
    else if (task === 'multi-label') example.target = own.map((logit) => (logit > 0 ? 1 : 0));
    else example.target = (own.indexOf(Math.max(...own)) + (row === 0 ? 1 : 0)) % width;
  });
  return Float32Array.from(examples.flatMap(({ target }) => (typeof target === 'number' ? [target] : [...target])));
}

function evaluate({ task, labels }: HeadShape, logits: Float32Array, targets: Float32Array): TrainedHead['reports']['validation'] {
  if (task === 'regression') return evaluateRegression(logits, targets);
  return task === 'multi-label' ? evaluateMultiLabel(logits, targets, labels) : evaluateClassification(logits, targets, labels);
}
