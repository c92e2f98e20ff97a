import type { NamedTensor } from '@attune/artifact';
import { configFor, loadTinyEncoder, loss, tinyBatch, tinyNetwork, type NetworkKind } from '../../test/tiny-network';
import type { HeadConfig } from '../config/head-config';
import type { Batch } from '../data/example';
import type { LoadedEncoder } from '../encoders';
import { DropoutSource } from '../layers/dropout';
import { loadBinding } from '../native/tensorflow';
import { Network } from '../network/network';
import { ReferenceNetwork } from '../network/reference-network';
import type { TrainableNetwork } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';
import { findTuner, isHeadParameter, tuners, type AttachedTuner, type Tuner } from '.';

let encoder: LoadedEncoder;
beforeAll(async () => {
  encoder = await loadTinyEncoder();
});

const network = (weights?: Map<string, NamedTensor>, Kind?: NetworkKind): TrainableNetwork => tinyNetwork(encoder, weights, Kind);
const batch = (even = false): Batch => tinyBatch(encoder, even);

const NETWORKS = [
  ['hand-written passes', Network],
  ['plain tfjs operations', ReferenceNetwork],
] as const;

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

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);

/** Every tuner as it is by default, and in its other forms. */
const FORMS: readonly (readonly [form: string, tuner: Tuner, keys: Partial<HeadConfig['tuner']>])[] = [
  ...tuners.map((tuner) => [tuner.name, tuner, {}] as const),
  ['full with a frozen layer', findTuner('full'), { frozenLayers: 1 }],
  ['dora of layers side by side and alone', findTuner('dora'), { targetModules: ['key', 'value', 'intermediate.dense'], rank: 4 }],
  ['adapters with ReLU', findTuner('adapters'), { activation: 'relu', reductionFactor: 4 }],
  ['prompt-tuning with an encoder', findTuner('prompt-tuning'), { promptTokens: 3, promptEncoder: 'mlp', promptEncoderSize: 12 }],
  ['prompt-tuning from a text', findTuner('prompt-tuning'), { promptTokens: 7, promptText: 'hello, where is it?' }],
];

/** Gives a tuner's parameters and the heads what was handed over. */
function load(net: TrainableNetwork, attached: AttachedTuner, weights: ReadonlyMap<string, NamedTensor>): void {
  net.forgetWeights();
  for (const parameter of attached.parameters) {
    const tensor = weights.get(parameter.name);
    if (!tensor) throw new Error(`${parameter.name} was not handed over`);
    parameter.assign(tensor.values);
  }
}

describe.each(NETWORKS.flatMap(([kind, Kind]) => FORMS.map(([form, tuner, keys]) => [form, kind, tuner, keys, Kind] as const)))(
  'tuner %s over %s',
  (form, _, tuner, keys, Kind) => {
    const config = configFor(tuner, keys);
    const attach = (net: TrainableNetwork): AttachedTuner => tuner.attach(net, config, new Random(1), encoder);

    it('gives gradients to its own parameters alone', () => {
      const net = network(undefined, Kind);
      const attached = attach(net);
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

    describe('when it has learned', () => {
      const lossOf = (net: TrainableNetwork): number => loss.evaluate(net.logits(rows), rows.targets, rows.rows, rows.rows).loss;
      let rows: Batch;
      let net: TrainableNetwork;
      let attached: AttachedTuner;
      let before: { weights: Map<string, NamedTensor>; loss: number };
      let trained: Float32Array;

      beforeAll(() => {
        rows = batch();
        net = network(undefined, Kind);
        attached = attach(net);
        before = { weights: net.toHost(), loss: lossOf(net) };
        learn(net, attached, config, 8);
        trained = net.logits(rows);
      });

      afterAll(() => {
        attached.dispose();
        net.dispose();
      });

      it('has changed its own parameters and left the others bit for bit', () => {
        const after = net.toHost();
        const own = new Set(attached.parameters.map((parameter) => parameter.name));
        for (const [parameter, { values }] of before.weights) {
          const same = largestDifference(values, after.get(parameter)?.values ?? new Float32Array(0)) === 0;
          expect({ parameter, same }).toEqual({ parameter, same: !own.has(parameter) });
        }
      });

      it('knows the batch better', () => {
        expect(lossOf(net)).toBeLessThan(before.loss);
      });

      it('hands over weights that give the same logits', () => {
        const weights = attached.mergedWeights();
        const plain = network(weights, Kind);
        // What cannot be merged stands beside the pretrained weights, and a tuner of the method takes it from there.
        const again = attached.additions && tuner.attach(plain, withoutEncoder(config), new Random(2), encoder);
        if (again) load(plain, again, weights);
        expect(largestDifference(plain.logits(rows), trained)).toBeLessThan(1e-5);
        for (const one of [again, plain]) one?.dispose();
      });

      const handsOver = !['full', 'bitfit', 'head'].includes(tuner.name);
      if (handsOver) {
        it('hands over an adapter that gives the same logits on the pretrained encoder', () => {
          const heads = [...net.toHost()].filter(([name]) => isHeadParameter({ name }));
          const other = network(undefined, Kind);
          const again = tuner.attach(other, withoutEncoder(config), new Random(2), encoder);
          load(other, again, new Map([...heads, ...(attached.adapter?.('base').weights ?? [])]));
          expect(largestDifference(other.logits(rows), trained)).toBeLessThan(1e-5);
          for (const one of [again, other]) one.dispose();
        });
      }
    });

    it('leaves no tensors behind', () => {
      const before = loadBinding().getNumOfTensors();
      const net = network(undefined, Kind);
      const attached = attach(net);
      learn(net, attached, config, 2);
      attached.mergedWeights();
      attached.adapter?.('base');
      attached.dispose();
      net.dispose();
      expect(loadBinding().getNumOfTensors()).toBe(before);
    });

    it(`trains ${form === 'full' ? 'all' : 'few'} of the parameters`, () => {
      const net = network(undefined, Kind);
      const attached = attach(net);
      const count = (sizes: number[]): number => sizes.reduce((sum, size) => sum + size, 0);
      const share = count(attached.parameters.map(({ size }) => size)) / count([...net.parameters.values()].map(({ size }) => size));
      if (form === 'full') expect(share).toBe(1);
      else expect(share).toBeLessThan(tuner.name === 'full' ? 0.5 : 0.2);
      attached.dispose();
      net.dispose();
    });
  },
);

describe.each(FORMS)('tuner %s', (_, tuner, keys) => {
  it('has the same logits and gradients in both networks, under the same dropout masks', () => {
    const [fast, reference] = NETWORKS.map(([, Kind]) => {
      const net = network(undefined, Kind);
      const attached = tuner.attach(net, configFor(tuner, keys), new Random(1), encoder);
      const random = new Random(4);
      for (const parameter of attached.parameters) {
        parameter.assign(parameter.toHost().values.map((value) => value + 0.05 * random.normal()));
      }
      const rows = batch(true);
      const source = new DropoutSource(net.kernels, 5);
      source.startStep(3);
      const pass = net.train(rows, source);
      pass.backward(loss.evaluate(pass.logits, rows.targets, rows.rows, rows.rows).gradient);
      const gradients = new Map(attached.parameters.map(({ name, gradient }) => [name, gradient?.read()]));
      const vectors = net.embed(rows);
      for (const one of [source, attached, net]) one.dispose();
      return { logits: pass.logits, vectors, gradients };
    });
    expect(largestDifference(fast.logits, reference.logits)).toBeLessThan(1e-4);
    expect(largestDifference(fast.vectors, reference.vectors)).toBeLessThan(1e-4);
    for (const [name, values = new Float32Array(0)] of reference.gradients) {
      const close = largestDifference(values, fast.gradients.get(name) ?? new Float32Array(0)) < 1e-4;
      expect({ name, close }).toEqual({ name, close: true });
    }
  });
});

/** An encoder of a prompt is not handed over, but what it made is. */
const withoutEncoder = (config: HeadConfig): HeadConfig => ({ ...config, tuner: { ...config.tuner, promptEncoder: 'none' } });

const MERGEABLE: readonly (readonly [HeadConfig['tuner']['name'], Partial<HeadConfig['tuner']>])[] = [
  ['lora', { targetModules: ['query', 'value', 'intermediate.dense'], rank: 4 }],
  ['dora', { targetModules: ['query', 'value', 'intermediate.dense'], rank: 4 }],
  ['ia3', {}],
];

it.each(MERGEABLE)('tuner %s fuses what it learned into three layers a block and takes it out again', (name, keys) => {
  const tuner = findTuner(name);
  const net = network();
  const config = configFor(tuner, keys);
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

const WRONG: readonly (readonly [HeadConfig['tuner']['name'], Partial<HeadConfig['tuner']>, RegExp])[] = [
  ['lora', { targetModules: ['q_proj'] }, /"q_proj".*no such dense layer/],
  ['dora', { targetModules: ['q_proj'] }, /"q_proj".*no such dense layer/],
  ['adapters', { reductionFactor: 33 }, /reductionFactor is 33, and the encoder's states are 32 wide/],
];

it.each(WRONG)('wrong use of tuner %s is named', (name, keys, message) => {
  const net = network();
  expect(() => findTuner(name).attach(net, configFor(findTuner(name), keys), new Random(1))).toThrow(message);
  net.dispose();
});
