import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { padBatch } from '../data/batches';
import type { Batch, EncodedExample } from '../data/example';
import { loadEncoder, type LoadedEncoder } from '../encoders';
import { DropoutSource } from '../layers/dropout';
import { crossEntropy } from '../losses';
import { loadBinding } from '../native/tensorflow';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';
import { findTuner, isHeadParameter, tuners, type AttachedTuner, type Tuner } from '.';

const HEAD: HeadShape = { task: 'classification', pooling: 'pooler', labels: ['a', 'b', 'c'] };
const loss = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });

let directory: string;
let encoder: LoadedEncoder;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'attune-tuners-'));
  await createTinyEncoder(directory);
  encoder = await loadEncoder(directory);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;

function network(weights = startingWeights(), Kind: (typeof NETWORKS)[number][1] = Network): TrainableNetwork {
  return new Kind({
    config: encoder.config,
    heads: [HEAD],
    headOptions: { activation: 'tanh', dropout: 0.1, inputDropout: 0 },
    weights,
    precision: 'fp32',
  });
}

function startingWeights(): Map<string, NamedTensor> {
  const random = new Random(3);
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    if (!weights.has(name)) weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.05 * random.normal()) });
  }
  return weights;
}

function batch(): Batch {
  const random = new Random(9);
  const examples: EncodedExample[] = Array.from({ length: 6 }, (_, index) => {
    const length = 3 + random.integer(8);
    const inputIds = Int32Array.from({ length }, () => 5 + random.integer(encoder.config.vocabularySize - 5));
    return { inputIds, tokenTypeIds: new Int32Array(length), target: index % 3, index };
  });
  return padBatch(examples, encoder.config.padTokenId);
}

function configFor({ name }: Tuner, more: Partial<HeadConfig['tuner']> = {}): HeadConfig {
  const base = headConfigSchema.parse({ tuner: { name } });
  return { ...base, tuner: { ...base.tuner, ...more } };
}

function learn(net: TrainableNetwork, attached: AttachedTuner, config: HeadConfig, steps: number): void {
  const optimizer = new Optimizer(net.kernels, config.optimizer);
  const dropout = new DropoutSource(net.kernels, 11);
  const rows = batch();
  for (let step = 0; step < steps; step++) {
    dropout.startStep(step);
    const pass = net.train(rows, dropout);
    pass.backward(loss.evaluate(pass.logits, rows.targets, rows.rows, rows.rows).gradient);
    net.forgetLearningWeights();
    optimizer.step(attached.parameters, () => 5e-3);
  }
  dropout.dispose();
  optimizer.dispose();
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

/** The full tuner with the embeddings and the lowest layer left as they are. */
const partlyFrozen: Tuner = {
  ...findTuner('full'),
  attach: (net, config, random) => findTuner('full').attach(net, { ...config, tuner: { ...config.tuner, frozenLayers: 1 } }, random),
};
const CASES = [...tuners.map((tuner) => [tuner.name, tuner] as const), ['full with a frozen layer', partlyFrozen] as const];

describe.each(NETWORKS.flatMap(([kind, Kind]) => CASES.map(([name, tuner]) => [name, kind, tuner, Kind] as const)))(
  'tuner %s over %s',
  (name, _, tuner, Kind) => {
    it('gives gradients to its own parameters alone', () => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      const rows = batch();
      const pass = net.train(rows, undefined);
      pass.backward(loss.evaluate(pass.logits, rows.targets, rows.rows, rows.rows).gradient);
      const own = new Set(attached.parameters.map((parameter) => parameter.name));
      expect(attached.parameters.filter((parameter) => !parameter.gradient).map((parameter) => parameter.name)).toEqual([]);
      const others = [...net.parameters.values()].filter((parameter) => !own.has(parameter.name));
      expect(others.filter((parameter) => parameter.gradient).map((parameter) => parameter.name)).toEqual([]);
      attached.dispose();
      net.dispose();
    });

    it('changes its own parameters and leaves the others bit for bit', () => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      const before = net.toHost();
      learn(net, attached, configFor(tuner), 3);
      const after = net.toHost();
      const own = new Set(attached.parameters.map((parameter) => parameter.name));
      for (const [parameter, { values }] of before) {
        const same = largestDifference(values, after.get(parameter)?.values ?? new Float32Array(0)) === 0;
        expect({ parameter, same }).toEqual({ parameter, same: !own.has(parameter) });
      }
      attached.dispose();
      net.dispose();
    });

    it('hands over merged weights that a plain network gives the same logits with', () => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      learn(net, attached, configFor(tuner), 3);
      const trained = net.logits(batch());
      const plain = network(attached.mergedWeights(), Kind);
      expect(largestDifference(plain.logits(batch()), trained)).toBeLessThan(1e-5);
      plain.dispose();
      attached.dispose();
      net.dispose();
    });

    it('learns the batch', () => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      const rows = batch();
      const lossNow = (): number => loss.evaluate(net.logits(rows), rows.targets, rows.rows, rows.rows).loss;
      const before = lossNow();
      learn(net, attached, configFor(tuner), 20);
      expect(lossNow()).toBeLessThan(before);
      attached.dispose();
      net.dispose();
    });

    it('leaves no tensors behind', () => {
      const before = loadBinding().getNumOfTensors();
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      learn(net, attached, configFor(tuner), 2);
      attached.mergedWeights();
      attached.adapter?.('base');
      attached.dispose();
      net.dispose();
      expect(loadBinding().getNumOfTensors()).toBe(before);
    });

    it(`trains ${name === 'full' ? 'all' : 'few'} of the parameters`, () => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1));
      const count = (sizes: number[]): number => sizes.reduce((sum, size) => sum + size, 0);
      const share = count(attached.parameters.map(({ size }) => size)) / count([...net.parameters.values()].map(({ size }) => size));
      if (name === 'full') expect(share).toBe(1);
      else expect(share).toBeLessThan(tuner === partlyFrozen ? 0.5 : 0.2);
      attached.dispose();
      net.dispose();
    });
  },
);

describe('tuner full', () => {
  const tuner = tuners.find(({ name }) => name === 'full') as Tuner;

  it('lets lower layers learn more slowly', () => {
    const net = network();
    const attached = tuner.attach(net, configFor(tuner, { layerDecay: 0.5 }), new Random(1));
    const factor = (name: string): number => attached.learningRateFactor(net.parameter(name));
    expect(factor('encoder.layer.1.output.dense.weight')).toBe(1);
    expect(factor('encoder.layer.0.output.dense.weight')).toBe(0.5);
    expect(factor('embeddings.word_embeddings.weight')).toBe(0.25);
    net.dispose();
  });

  it('thaws one layer from the top at a time', () => {
    const net = network();
    const attached = tuner.attach(net, configFor(tuner, { unfreezeEvery: 0.5 }), new Random(1));
    const learning = (epoch: number): string[] => {
      attached.startEpoch?.(epoch);
      const names = attached.parameters.filter((parameter) => parameter.trainable && !isHeadParameter(parameter)).map(({ name }) => name);
      return [...new Set(names.map((parameterName) => /^(embeddings|encoder\.layer\.\d)/.exec(parameterName)?.[0] ?? ''))].sort();
    };
    expect(learning(0)).toEqual([]);
    expect(learning(0.5)).toEqual(['encoder.layer.1']);
    expect(learning(1)).toEqual(['encoder.layer.0', 'encoder.layer.1']);
    expect(learning(1.5)).toEqual(['embeddings', 'encoder.layer.0', 'encoder.layer.1']);
    net.dispose();
  });
});

describe('tuner full with frozen layers', () => {
  const learningPlaces = (more: Partial<HeadConfig['tuner']>, epoch = 0): string[] => {
    const net = network();
    const attached = partlyFrozen.attach(net, configFor(partlyFrozen, more), new Random(1));
    attached.startEpoch?.(epoch);
    const names = [...net.parameters.values()].filter(({ trainable }) => trainable).map(({ name }) => name);
    net.dispose();
    return [...new Set(names.map((name) => /^(embeddings|encoder\.layer\.\d|head)/.exec(name)?.[0] ?? name))].sort();
  };

  it('trains the layers above and the head', () => {
    expect(learningPlaces({})).toEqual(['encoder.layer.1', 'head']);
  });

  it('never thaws them', () => {
    expect(learningPlaces({ unfreezeEvery: 0.5 })).toEqual(['head']);
    expect(learningPlaces({ unfreezeEvery: 0.5 }, 3)).toEqual(['encoder.layer.1', 'head']);
  });

  it('refuses more layers than there are', () => {
    const net = network();
    const config = configFor(findTuner('full'), { frozenLayers: 3 });
    expect(() => findTuner('full').attach(net, config, new Random(1))).toThrow(/frozenLayers is 3, and the encoder has 2 layers/);
    net.dispose();
  });
});

describe('tuner lora', () => {
  const tuner = tuners.find(({ name }) => name === 'lora') as Tuner;

  it('fuses its update into the weights and takes it out again', () => {
    const net = network();
    const config = configFor(tuner, { targetModules: ['query', 'value', 'intermediate.dense'], rank: 4 });
    const attached = tuner.attach(net, config, new Random(1));
    learn(net, attached, config, 3);
    const before = net.logits(batch());
    const adapters = [...net.slots.values()].flatMap(({ adapter }) =>
      adapter && 'fuse' in adapter ? [adapter as unknown as { fuse(): void; unfuse(): void }] : [],
    );
    expect(adapters).toHaveLength(3 * encoder.config.layers);
    net.forgetWeights();
    adapters.forEach((adapter) => adapter.fuse());
    expect(largestDifference(net.logits(batch()), before)).toBeLessThan(1e-5);
    net.forgetWeights();
    adapters.forEach((adapter) => adapter.unfuse());
    expect(largestDifference(net.logits(batch()), before)).toBeLessThan(1e-5);
    attached.dispose();
    net.dispose();
  });

  it('names a target that the encoder does not have', () => {
    const net = network();
    expect(() => tuner.attach(net, configFor(tuner, { targetModules: ['q_proj'] }), new Random(1))).toThrow(
      /"q_proj".*no such dense layer/,
    );
    net.dispose();
  });
});
