import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { padBatch } from '../data/batches';
import type { Batch } from '../data/example';
import { loadEncoder, type LoadedEncoder } from '../encoders';
import { crossEntropy } from '../losses';
import { Network } from '../network/network';
import { headParameterShapes } from '../network/trainable-network';
import { Random } from '../random';
import { AnchoredPenalty } from './anchored-penalty';
import { Mixout } from './mixout';
import { WordAdversary } from './word-adversary';

const HEAD: HeadShape = { task: 'classification', pooling: 'mean', labels: ['a', 'b', 'c'] };
const DENSE = 'encoder.layer.0.attention.self.query.weight';
const WORDS = 'embeddings.word_embeddings.weight';
const loss = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });

let encoder: LoadedEncoder;
let network: Network;
let batch: Batch;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'attune-regularizers-'));
  await createTinyEncoder(directory);
  encoder = await loadEncoder(directory);
  await rm(directory, { recursive: true });
  const random = new Random(3);
  const rows = Array.from({ length: 6 }, (_, index) => {
    const inputIds = Int32Array.from({ length: 4 + random.integer(6) }, () => 5 + random.integer(400));
    return { inputIds, tokenTypeIds: new Int32Array(inputIds.length), target: index % 3, index };
  });
  batch = padBatch(rows, encoder.config.padTokenId);
});

beforeEach(() => {
  const random = new Random(4);
  const weights = new Map<string, NamedTensor>(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.3 * random.normal()) });
  }
  network = new Network({
    config: encoder.config,
    heads: [HEAD],
    headOptions: { activation: 'tanh', dropout: 0, inputDropout: 0 },
    weights,
    precision: 'fp32',
  });
});

afterEach(() => network.dispose());

const values = (name: string): Float32Array => network.parameter(name).toHost().values;
const tensors = (): number => network.kernels.binding.getNumOfTensors();

/** Runs the batch through the network, its gradients collected, and gives the loss. */
function pass(): number {
  const { logits, backward } = network.train(batch, undefined);
  const step = loss.evaluate(logits, batch.targets, batch.rows, batch.rows);
  backward(step.gradient);
  return step.loss;
}

function clearGradients(): void {
  for (const parameter of network.parameters.values()) parameter.clearGradient();
}

describe('mixout', () => {
  /** Moves the learned weights away from the pretrained ones. */
  const learn = (): void => {
    const parameter = network.parameter(DENSE);
    network.forgetWeights();
    parameter.assign(parameter.toHost().values.map((value, i) => value + (i % 2 === 0 ? 0.01 : -0.01)));
  };

  it('lets a pass see pretrained weights in the share asked for, as the learned ones on the average, and puts these back', () => {
    // What recurs, such as the factors of layers, is held from the first pass on.
    pass();
    clearGradients();
    network.forgetWeights();
    const before = tensors();
    const pretrained = values(DENSE);
    const mixout = new Mixout(network, [...network.parameters.values()], 0.5, 7);
    learn();
    const learned = values(DENSE);
    mixout.mix(0);
    const seen = values(DENSE);
    const isPretrained = [...seen].map((value, i) => Math.abs(value - pretrained[i]) < 1e-6);
    const share = isPretrained.filter(Boolean).length / seen.length;
    expect(share).toBeGreaterThan(0.42);
    expect(share).toBeLessThan(0.58);
    seen.forEach((value, i) => {
      const expected = isPretrained[i] ? pretrained[i] : pretrained[i] + 2 * (learned[i] - pretrained[i]);
      expect(Math.abs(value - expected)).toBeLessThan(1e-6);
    });
    expect(values('head.output.weight')).toEqual(network.toHost().get('head.output.weight')?.values);
    pass();
    mixout.unmix();
    expect(values(DENSE)).toEqual(learned);
    // What was pretrained in the pass did not depend on the learned weight.
    const gradient = network.parameter(DENSE).gradient?.read() ?? new Float32Array();
    isPretrained.forEach((was, i) => expect(gradient[i] === 0).toBe(was || gradient[i] === 0));
    expect([...gradient].filter((value) => value !== 0).length).toBeGreaterThan(0.3 * gradient.length);
    clearGradients();
    mixout.dispose();
    network.forgetWeights();
    expect(tensors()).toBe(before);
  });

  it('draws other weights in another step, and the same ones for the same step', () => {
    const mixout = new Mixout(network, [...network.parameters.values()], 0.5, 7);
    learn();
    const seenAt = (step: number): Float32Array => {
      mixout.mix(step);
      const seen = values(DENSE);
      mixout.unmix();
      return seen;
    };
    const first = seenAt(3);
    expect(seenAt(4)).not.toEqual(first);
    expect(seenAt(3)).toEqual(first);
    mixout.dispose();
  });
});

describe('the adversary of word embeddings', () => {
  it('moves them by its length to where the loss is higher, and puts them back', async () => {
    const before = values(WORDS);
    const clean = pass();
    const count = tensors();
    let moved: Float32Array = new Float32Array();
    let adversarial = 0;
    await new WordAdversary(network, 0.5).run(() => {
      moved = values(WORDS);
      adversarial = pass();
      return Promise.resolve();
    });
    const distance = Math.sqrt(moved.reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0));
    expect(distance).toBeCloseTo(0.5, 4);
    expect(adversarial).toBeGreaterThan(clean);
    expect(values(WORDS)).toEqual(before);
    clearGradients();
    network.forgetWeights();
    expect(tensors()).toBeLessThan(count);
  });

  it('puts them back where the passes are stopped', async () => {
    const before = values(WORDS);
    pass();
    await expect(new WordAdversary(network, 0.5).run(() => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
    expect(values(WORDS)).toEqual(before);
    clearGradients();
  });
});

describe('the penalty for leaving a place', () => {
  it.each([
    ['all values alike', undefined],
    ['each by its importance', (i: number) => (i % 3) / 2],
  ])('is λ/2 Σ F (w - w₀)², with its gradient: %s', (_, importanceOf) => {
    const before = tensors();
    const parameter = network.parameter(DENSE);
    const centre = parameter.toHost().values;
    const importance = importanceOf && Float32Array.from(centre, (_value, i) => importanceOf(i));
    const penalty = new AnchoredPenalty(network.kernels, [{ parameter, strength: 0.3, ...(importance && { importance }) }]);
    expect(penalty.addGradients()).toBe(0);
    parameter.clearGradient();
    parameter.assign(centre.map((value, i) => value + 0.1 * Math.sin(i)));
    const factor = (i: number): number => 0.3 * (importanceOf?.(i) ?? 1);
    const expected = centre.reduce((sum, _value, i) => sum + (factor(i) / 2) * (0.1 * Math.sin(i)) ** 2, 0);
    expect(penalty.addGradients()).toBeCloseTo(expected, 4);
    const gradient = parameter.gradient?.read() ?? new Float32Array();
    gradient.forEach((value, i) => expect(Math.abs(value - factor(i) * 0.1 * Math.sin(i))).toBeLessThan(1e-6));
    parameter.trainable = false;
    expect(penalty.addGradients()).toBe(0);
    parameter.clearGradient();
    penalty.dispose();
    network.kernels.dispose();
    expect(tensors()).toBeLessThanOrEqual(before);
  });
});
