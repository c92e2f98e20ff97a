import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { encoderFixture, type EncoderFixtureCase, type EncoderFixtureName } from '@attune/testing';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { Batch } from '../data/example';
import { readEncoderConfig, type EncoderDescription } from '../encoders/encoder-config';
import { encoderFamily, readSafetensors } from '../encoders';
import { inMemory } from '../encoders/families';
import { readEncoderWeights } from '../encoders/load-encoder';
import { referenceEncoder, referenceHead } from '../encoders/reference-forward';
import { DropoutSource } from '../layers/dropout';
import { crossEntropy } from '../losses';
import type { Precision } from '../native/kernels';
import { loadBinding, loadTensorFlow } from '../native/tensorflow';
import { Network } from './network';
import { ReferenceNetwork } from './reference-network';
import type { TrainableNetwork } from './trainable-network';
import { VocabularySubset } from './vocabulary-subset';

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;
const FAMILIES: EncoderFixtureName[] = ['bert', 'roberta', 'xlm-roberta', 'distilbert', 'mpnet', 'gpt2'];

interface Fixture {
  description: EncoderDescription;
  weights: Map<string, NamedTensor>;
  batches: Map<string, Batch>;
  expected: Map<string, NamedTensor>;
  gradients: Map<string, NamedTensor>;
}

async function load(name: EncoderFixtureName): Promise<Fixture> {
  const { directory, cases, labels } = encoderFixture(name);
  const description = await readEncoderConfig(directory);
  const { weights } = await readEncoderWeights(directory, description);
  const { tensors: expected } = await readSafetensors(join(directory, 'expected.safetensors'));
  const { tensors } = await readSafetensors(join(directory, 'gradients.safetensors'));
  const gradients = new Map([...tensors].map(([key, value]) => inMemory(description.family, key, value)));
  const batches = new Map(cases.map((one) => [one.name, toBatch(one, labels)]));
  return { description, weights, batches, expected, gradients };
}

function toBatch(one: EncoderFixtureCase, labels: number[]): Batch {
  const lengths = new Int32Array(one.rows);
  one.attentionMask.forEach((real, place) => (lengths[Math.floor(place / one.tokens)] += real));
  const targets = Float32Array.from({ length: one.rows }, (_, row) => labels[row] ?? 0);
  return { ...one, lengths, targets, indices: Int32Array.from(lengths.keys()) };
}

function headOf({ weights }: Fixture, pooling: HeadShape['pooling'] = 'pooler'): HeadShape {
  const outputs = weights.get('head.output.weight')?.shape[0] ?? 0;
  return { task: 'classification', pooling, labels: Array.from({ length: outputs }, (_, i) => `label ${i}`) };
}

function build(
  fixture: Fixture,
  options: { precision?: Precision; dropout?: number; pooling?: HeadShape['pooling']; subset?: boolean; heads?: HeadShape[] } = {},
  Kind: (typeof NETWORKS)[number][1] = Network,
): TrainableNetwork {
  const { config, family } = fixture.description;
  const ids = [...fixture.batches.values()].map((batch) => batch.inputIds);
  return new Kind({
    config,
    heads: options.heads ?? [headOf(fixture, options.pooling)],
    headOptions: {
      activation: encoderFamily(family.name).headActivation,
      dropout: options.dropout ?? 0,
      inputDropout: family.dropoutBeforePooler ? (options.dropout ?? 0) : 0,
    },
    // Heads other than a causal encoder's own have a bias.
    weights: new Map([['head.output.bias', { shape: [3], values: new Float32Array(3) }], ...fixture.weights]),
    precision: options.precision ?? 'fp32',
    ...(options.subset ? { vocabulary: VocabularySubset.of(config.vocabularySize, ids, [config.padTokenId]) } : {}),
  });
}

function batchOf(fixture: Fixture, name: string): Batch {
  const batch = fixture.batches.get(name);
  if (!batch) throw new Error(`no case ${name}`);
  return batch;
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
  return largest;
}

/** Mean of the real tokens' states, `[rows, hidden]`. */
function meanStates(batch: Batch, states: NamedTensor | undefined): Float32Array {
  const width = states?.shape[2] ?? 0;
  return Float32Array.from({ length: batch.rows * width }, (_, i) => {
    const row = Math.floor(i / width);
    let sum = 0;
    for (let token = 0; token < batch.lengths[row]; token++)
      sum += states?.values[(row * batch.tokens + token) * width + (i % width)] ?? NaN;
    return sum / batch.lengths[row];
  });
}

const loss = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });

/** Runs a training pass and gives the gradients by name. */
function gradientsOf(network: TrainableNetwork, batch: Batch, dropout?: DropoutSource): Map<string, Float32Array> {
  const pass = network.train(batch, dropout);
  pass.backward(loss.evaluate(pass.logits, batch.targets, batch.rows, batch.rows).gradient);
  const result = new Map<string, Float32Array>();
  for (const [name, { gradient }] of network.parameters) if (gradient) result.set(name, gradient.read());
  return result;
}

describe.each(NETWORKS.flatMap(([kind, Kind]) => FAMILIES.map((name) => [name, kind, Kind] as const)))('%s in %s', (name, _, Kind) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await load(name);
  });

  it.each(['padded', 'unpadded', 'single'])("gives Python's logits for the %s batch", (caseName) => {
    const network = build(fixture, {}, Kind);
    const logits = network.logits(batchOf(fixture, caseName));
    network.dispose();
    expect(largestDifference(logits, fixture.expected.get(`${caseName}.logits`)?.values ?? [])).toBeLessThan(1e-4);
  });

  it("gives Python's gradients of every parameter", () => {
    const network = build(fixture, {}, Kind);
    const gradients = gradientsOf(network, batchOf(fixture, 'padded'));
    for (const [parameter, { values }] of fixture.gradients) {
      expect({ parameter, close: largestDifference(gradients.get(parameter) ?? [], values) < 1e-5 }).toEqual({ parameter, close: true });
    }
    network.dispose();
  });

  it('gives the same with a word table of only the tokens that occur', () => {
    const whole = build(fixture, {}, Kind);
    const subset = build(fixture, { subset: true }, Kind);
    const batch = batchOf(fixture, 'padded');
    expect(subset.parameter('embeddings.word_embeddings.weight').size).toBeLessThan(
      whole.parameter('embeddings.word_embeddings.weight').size,
    );
    expect(subset.logits(batch)).toEqual(whole.logits(batch));
    expect(subset.toHost()).toEqual(whole.toHost());
    whole.dispose();
    subset.dispose();
  });

  it.each(['padded', 'unpadded', 'single'])("gives the means of Python's states of the %s batch, in both kinds of passes", (caseName) => {
    const network = build(fixture, {}, Kind);
    const batch = batchOf(fixture, caseName);
    const expected = meanStates(batch, fixture.expected.get(`${caseName}.hidden`));
    expect(largestDifference(network.embed(batch), expected)).toBeLessThan(1e-4);
    const pass = network.trainEmbedding(batch, undefined);
    pass.backward(new Float32Array(pass.vectors.length));
    expect(largestDifference(pass.vectors, expected)).toBeLessThan(1e-4);
    network.dispose();
  });

  it('gives embeddings the gradient of finite differences, and leaves the heads without any', () => {
    const network = build(fixture, {}, Kind);
    const batch = batchOf(fixture, 'padded');
    const weighing = Float32Array.from({ length: batch.rows * fixture.description.config.hiddenSize }, (_, i) => Math.sin(i));
    const weighed = (): number => network.embed(batch).reduce((sum, value, i) => sum + value * weighing[i], 0);
    network.trainEmbedding(batch, undefined).backward(weighing);
    const parameter = network.parameter('encoder.layer.0.output.dense.bias');
    const gradient = parameter.gradient?.read() ?? new Float32Array(0);
    const { values } = parameter.toHost();
    for (const place of [0, 7, values.length - 1]) {
      const at = (by: number): number => {
        network.forgetWeights();
        parameter.assign(values.map((value, i) => (i === place ? value + by : value)));
        return weighed();
      };
      expect(gradient[place]).toBeCloseTo((at(0.02) - at(-0.02)) / 0.04, 2);
    }
    for (const [name, { gradient: own }] of network.parameters) if (name.startsWith('head')) expect(own).toBeUndefined();
    network.dispose();
  });

  it('gives the gradients of the reference under the same dropout masks', () => {
    const rate = 0.25;
    fixture.description.config = { ...fixture.description.config, hiddenDropout: rate, attentionDropout: rate };
    const network = build(fixture, { dropout: rate }, Kind);
    const batch = batchOf(fixture, 'unpadded');
    const source = new DropoutSource(network.kernels, 5);
    source.startStep(3);
    const gradients = gradientsOf(network, batch, source);
    source.startStep(3);
    const expected = referenceGradients(fixture, batch, source, rate);
    for (const [parameter, values] of gradients) {
      expect({ parameter, close: largestDifference(values, expected.get(parameter) ?? []) < 1e-5 }).toEqual({ parameter, close: true });
    }
    source.dispose();
    network.dispose();
  });

  it.each(['mean', 'cls', 'pooler', 'embedding'] as const)('leaves no tensors behind after passes with pooling %s', (pooling) => {
    const before = loadBinding().getNumOfTensors();
    const network = build(fixture, { pooling }, Kind);
    const batch = batchOf(fixture, 'padded');
    network.logits(batch);
    gradientsOf(network, batch);
    network.features(batch);
    network.embed(batch);
    const pass = network.trainEmbedding(batch, undefined);
    pass.backward(pass.vectors);
    network.dispose();
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });
});

describe.each(FAMILIES)('%s with several heads', (name) => {
  /** The fixture's own head, and one that reads the mean. */
  async function buildBoth(rate: number): Promise<{ networks: TrainableNetwork[]; batch: Batch; outputs: number }> {
    const fixture = await load(name);
    const { config: source, family } = fixture.description;
    const config = { ...source, hiddenDropout: rate, attentionDropout: rate };
    const head = headOf(fixture);
    const further: HeadShape = { name: 'topics', task: 'multi-label', pooling: 'mean', labels: ['a', 'b'] };
    const values = Float32Array.from({ length: 2 * config.hiddenSize }, (_, i) => Math.sin(i));
    const weights = new Map(fixture.weights)
      .set('heads.topics.output.weight', { shape: [2, config.hiddenSize], values })
      .set('heads.topics.output.bias', { shape: [2], values: Float32Array.of(0.1, -0.2) });
    const headOptions = { activation: family.headActivation, dropout: rate, inputDropout: family.dropoutBeforePooler ? rate : 0 };
    const networks = NETWORKS.map(([, Kind]) => new Kind({ config, heads: [head, further], headOptions, weights, precision: 'fp32' }));
    return { networks, batch: batchOf(fixture, 'unpadded'), outputs: head.labels.length + 2 };
  }

  it('has the same logits side by side and the same gradients in both networks, under the same dropout masks', async () => {
    const { networks, batch, outputs } = await buildBoth(0.2);
    const weighing = Float32Array.from({ length: batch.rows * outputs }, (_, i) => Math.cos(i));
    const results = networks.map((network) => {
      const source = new DropoutSource(network.kernels, 5);
      source.startStep(3);
      const pass = network.train(batch, source);
      pass.backward(weighing);
      const gradients = new Map([...network.parameters].map(([parameter, { gradient }]) => [parameter, gradient?.read()]));
      source.dispose();
      return { logits: pass.logits, features: network.features(batch), gradients };
    });
    const [fast, reference] = results;
    expect(fast.logits).toHaveLength(batch.rows * outputs);
    expect(largestDifference(fast.logits, reference.logits)).toBeLessThan(1e-4);
    expect(fast.features).toHaveLength(reference.features.length);
    expect(largestDifference(fast.features, reference.features)).toBeLessThan(1e-4);
    expect([...fast.gradients.keys()]).toContain('heads.topics.output.weight');
    for (const [parameter, values] of reference.gradients) {
      const close = largestDifference(fast.gradients.get(parameter) ?? [], values ?? []) < 1e-4;
      expect({ parameter, close }).toEqual({ parameter, close: true });
    }
    for (const network of networks) network.dispose();
  });
});

it.each(FAMILIES)('%s embeds alike in both networks under the same dropout masks, and without a head', async (name) => {
  const fixture = await load(name);
  fixture.description.config = { ...fixture.description.config, hiddenDropout: 0.2, attentionDropout: 0.2 };
  const batch = batchOf(fixture, 'unpadded');
  const [fast, reference] = NETWORKS.map(([, Kind]) => {
    const network = build(fixture, { heads: [] }, Kind);
    const source = new DropoutSource(network.kernels, 5);
    source.startStep(3);
    const pass = network.trainEmbedding(batch, source);
    pass.backward(Float32Array.from(pass.vectors, (_, i) => Math.cos(i)));
    source.startStep(3);
    const again = network.embed(batch, { dropout: source });
    const gradients = new Map([...network.parameters].map(([parameter, { gradient }]) => [parameter, gradient?.read()]));
    source.dispose();
    network.dispose();
    return { vectors: pass.vectors, again, gradients };
  });
  expect(largestDifference(fast.vectors, reference.vectors)).toBeLessThan(1e-4);
  expect(largestDifference(fast.again, fast.vectors)).toBe(0);
  expect(largestDifference(reference.again, reference.vectors)).toBe(0);
  for (const [parameter, values] of reference.gradients) {
    const close = largestDifference(fast.gradients.get(parameter) ?? [], values ?? []) < 1e-4;
    expect({ parameter, close }).toEqual({ parameter, close: true });
  }
});

describe.each(FAMILIES)('%s with bfloat16 products', (name) => {
  it('comes within bfloat16 of the gradients', async () => {
    const fixture = await load(name);
    const network = build(fixture, { precision: 'bf16' });
    const gradients = gradientsOf(network, batchOf(fixture, 'padded'));
    for (const [parameter, { values }] of fixture.gradients) {
      // By the norm of all values: how a single one is rounded differs from processor to processor.
      const made = gradients.get(parameter) ?? [];
      const error = Math.hypot(...values.map((value, place) => value - made[place]));
      expect({ parameter, close: error < 0.1 * Math.hypot(1e-3, ...values) }).toEqual({ parameter, close: true });
    }
    network.dispose();
  });
});

/** Gradients by tfjs' own tape, with the masks that `source` draws in the order in which the network draws them. */
function referenceGradients(fixture: Fixture, batch: Batch, source: DropoutSource, rate: number): Map<string, Float32Array> {
  const tf = loadTensorFlow();
  const { config } = fixture.description;
  const names = [...fixture.weights.keys()];
  const inputs = names.map((name) => {
    const { values, shape } = fixture.weights.get(name) as NamedTensor;
    return tf.tensor(values, shape);
  });
  const masks = new Map<string, TensorFlow.Tensor>();
  const dropout = (states: TensorFlow.Tensor, probability: number, place: string): TensorFlow.Tensor => {
    let mask = masks.get(place);
    if (!mask) {
      const drawn = source.mask(source.draw(states.size, probability), states.shape);
      mask = tf.tensor(drawn.read(), states.shape);
      drawn.release();
      masks.set(place, mask);
    }
    return states.mul(mask);
  };
  const meanLoss = (...tensors: TensorFlow.Tensor[]): TensorFlow.Scalar => {
    const parameters = (name: string): TensorFlow.Tensor => tensors[names.indexOf(name)];
    const states = referenceEncoder(tf, config, parameters, batch, { dropout });
    const logits = referenceHead(tf, config, { pooling: 'pooler' }, parameters, states, batch, { dropout, rate });
    const targets = tf.oneHot(tf.tensor1d(Int32Array.from(batch.targets), 'int32'), logits.shape[1]);
    return tf.losses.softmaxCrossEntropy(targets, logits) as TensorFlow.Scalar;
  };
  const gradients = tf.grads(meanLoss)(inputs);
  return new Map(names.map((name, i) => [name, gradients[i].dataSync() as Float32Array]));
}
