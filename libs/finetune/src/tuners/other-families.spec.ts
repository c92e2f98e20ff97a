import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { createTinyEncoder, type TinyEncoderFamily } from '@attune/testing';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { padBatch } from '../data/batches';
import type { Batch } from '../data/example';
import { encoderFamily, loadEncoder, type LoadedEncoder } from '../encoders';
import { crossEntropy } from '../losses';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';
import { findTuner, tuners, type AttachedTuner, type Tuner } from '.';

const HEAD: HeadShape = { task: 'classification', pooling: 'pooler', labels: ['a', 'b', 'c'] };
const loss = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });
const NOT_CAUSAL = ['adapters', 'prompt-tuning'];

const configFor = ({ name }: Tuner): HeadConfig => headConfigSchema.parse({ tuner: { name } });

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

describe.each<TinyEncoderFamily>(['mpnet', 'gpt2'])('on %s,', (family) => {
  let directory: string;
  let encoder: LoadedEncoder;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'attune-families-'));
    createTinyEncoder(directory, { family });
    encoder = await loadEncoder(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function network(Kind: typeof Network | typeof ReferenceNetwork = Network, given?: Map<string, NamedTensor>): TrainableNetwork {
    const random = new Random(3);
    const weights = new Map(given ?? encoder.weights);
    for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
      const size = shape.reduce((product, extent) => product * extent, 1);
      if (!weights.has(name)) weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.05 * random.normal()) });
    }
    const headOptions = { activation: encoderFamily(encoder.config.family).headActivation, dropout: 0, inputDropout: 0 };
    return new Kind({ config: encoder.config, heads: [HEAD], headOptions, weights, precision: 'fp32' });
  }

  function batch(): Batch {
    const random = new Random(9);
    const examples = Array.from({ length: 6 }, (_, index) => {
      const inputIds = Int32Array.from({ length: 3 + random.integer(8) }, () => 5 + random.integer(encoder.config.vocabularySize - 5));
      return { inputIds, target: index % 3, index };
    });
    return padBatch(examples, encoder.config.padTokenId);
  }

  function gradientsOf(net: TrainableNetwork, rows: Batch): { loss: number } {
    const pass = net.train(rows, undefined);
    const evaluated = loss.evaluate(pass.logits, rows.targets, rows.rows, rows.rows);
    pass.backward(evaluated.gradient);
    return evaluated;
  }

  const fitting = tuners.filter(({ name }) => family !== 'gpt2' || !NOT_CAUSAL.includes(name));

  it.each(fitting.map((tuner) => [tuner.name, tuner] as const))('%s has the same gradients in both networks', (_, tuner) => {
    const [fast, reference] = [Network, ReferenceNetwork].map((Kind) => {
      const net = network(Kind);
      const attached = tuner.attach(net, configFor(tuner), new Random(1), encoder);
      const random = new Random(4);
      for (const parameter of attached.parameters) {
        parameter.assign(parameter.toHost().values.map((value) => value + 0.05 * random.normal()));
      }
      gradientsOf(net, batch());
      const gradients = new Map(attached.parameters.map(({ name, gradient }) => [name, gradient?.read()]));
      attached.dispose();
      net.dispose();
      return gradients;
    });
    expect(fast.size).toBeGreaterThan(0);
    for (const [name, values = new Float32Array(0)] of reference) {
      const close = largestDifference(values, fast.get(name) ?? new Float32Array(0)) < 1e-4;
      expect({ name, found: fast.get(name) !== undefined, close }).toEqual({ name, found: true, close: true });
    }
  });

  it.each(fitting.map((tuner) => [tuner.name, tuner] as const))(
    '%s learns the batch, and hands over weights that give the same logits',
    (_, tuner) => {
      const net = network();
      const attached: AttachedTuner = tuner.attach(net, configFor(tuner), new Random(1), encoder);
      const optimizer = new Optimizer(net.kernels, configFor(tuner).optimizer);
      const rows = batch();
      const losses: number[] = [];
      for (let step = 0; step < 12; step++) {
        losses.push(gradientsOf(net, rows).loss);
        net.forgetLearningWeights();
        optimizer.step(attached.parameters, () => 5e-3);
      }
      expect(losses[11]).toBeLessThan(losses[0]);
      const trained = net.logits(rows);
      const plain = attached.additions ? undefined : network(Network, attached.mergedWeights());
      if (plain) expect(largestDifference(plain.logits(rows), trained)).toBeLessThan(1e-5);
      for (const one of [plain, optimizer, attached, net]) one?.dispose();
    },
  );
});

describe('on gpt2,', () => {
  it.each(NOT_CAUSAL)('%s is refused', async (name) => {
    const directory = mkdtempSync(join(tmpdir(), 'attune-causal-'));
    createTinyEncoder(directory, { family: 'gpt2' });
    const { config, weights } = await loadEncoder(directory);
    const headOptions = { activation: 'tanh', dropout: 0, inputDropout: 0 } as const;
    const net = new Network({ config, heads: [], headOptions, weights, precision: 'fp32' });
    const tuner = findTuner(name as HeadConfig['tuner']['name']);
    expect(() => tuner.attach(net, configFor(tuner), new Random(1))).toThrow(
      expect.objectContaining({ code: 'bad-config', remedy: 'Choose full, lora, dora, ia3, bitfit or head.' }),
    );
    net.dispose();
    rmSync(directory, { recursive: true });
  });
});
