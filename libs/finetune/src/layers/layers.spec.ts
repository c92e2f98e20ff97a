import type { Batch } from '../data/example';
import { Kernels, type Tensor } from '../native/kernels';
import { Random } from '../random';
import { pooling } from '../heads/pooling';
import { activation } from './activation';
import { SelfAttention } from './attention';
import { dropout, DropoutSource } from './dropout';
import { EncoderBlock } from './encoder-block';
import { FeedForward } from './feed-forward';
import type { Forward, Pass } from './layer';
import { LayerNorm } from './layer-norm';
import { Linear, type LinearSlot } from './linear';
import { Packing } from './packing';
import { Parameter } from './parameter';

const HIDDEN = 8;
const INNER = 12;
const HEADS = 2;
const LENGTHS = [5, 2, 4];
/** 33 tokens, of which 34 flow. */
const LENGTHS_ROUNDED_UP = [2, 5, 1, 4, 3, 2, 5, 1, 4, 3, 3];
const TOKENS = 5;

const kernels = new Kernels('fp32');
const made: Parameter[] = [];

afterEach(() => made.splice(0).forEach((parameter) => parameter.dispose()));

function parameter(name: string, shape: number[], random: Random, around = 0): Parameter {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const result = new Parameter(
    kernels,
    name,
    shape,
    Float32Array.from({ length: size }, () => around + 0.5 * random.normal()),
  );
  made.push(result);
  return result;
}

function slot(name: string, out: number, input: number, random: Random): LinearSlot {
  return { name, weight: parameter(`${name}.weight`, [out, input], random), bias: parameter(`${name}.bias`, [out], random) };
}

const norm = (name: string, random: Random): LayerNorm =>
  new LayerNorm(parameter(`${name}.weight`, [HIDDEN], random, 1), parameter(`${name}.bias`, [HIDDEN], random), 1e-5);

function batchOf(lengths: number[]): Batch {
  const tokens = TOKENS;
  const rows = lengths.length;
  const none = new Int32Array(rows * tokens);
  return {
    rows,
    tokens,
    inputIds: none,
    attentionMask: none,
    targets: new Float32Array(rows),
    lengths: Int32Array.from(lengths),
    indices: none,
  };
}

/** A layer under test, and what to do before it is run on changed parameters. */
interface Case {
  run: (x: Tensor, packing: Packing, pass: Pass) => Forward;
  forget?: () => void;
}

const CASES: Record<string, (random: Random) => Case> = {
  'linear, side by side, with factors': (random) => {
    const layer = new Linear(
      [slot('a', 4, HIDDEN, random), slot('b', 6, HIDDEN, random)],
      [
        { weight: 0.5, bias: 2 },
        { weight: 1, bias: 1 },
      ],
    );
    return { run: (x, _, pass) => layer.forward(x, pass), forget: () => layer.forgetWeights() };
  },
  'layer norm': (random) => {
    const layer = norm('norm', random);
    return { run: (x, _, pass) => layer.forward(x, pass) };
  },
  ...Object.fromEntries(
    (['gelu', 'gelu_new', 'relu'] as const).map((name) => [
      `feed-forward with ${name}`,
      (random: Random): Case => {
        const layer = new FeedForward(slot('inner', INNER, HIDDEN, random), slot('outer', HIDDEN, INNER, random), activation(name));
        return {
          run: (x, _, pass) => layer.forward(x, pass),
          forget: () => [layer.inner, layer.outer].forEach((linear) => linear.forgetWeights()),
        };
      },
    ]),
  ),
  'self-attention': (random) => {
    const part = (name: string): LinearSlot => slot(name, HIDDEN, HIDDEN, random);
    const layer = new SelfAttention([part('query'), part('key'), part('value')], HEADS, 0);
    return { run: (x, packing, pass) => layer.forward(x, packing, pass), forget: () => layer.projections.forgetWeights() };
  },
  'encoder block with dropout': (random) => {
    const part = (name: string): LinearSlot => slot(name, HIDDEN, HIDDEN, random);
    const block = new EncoderBlock(
      {
        attention: new SelfAttention([part('query'), part('key'), part('value')], HEADS, 0.2),
        attentionOutput: new Linear([part('output')]),
        attentionBranch: { name: 'attention branch' },
        attentionNorm: norm('attention norm', random),
        feedForward: new FeedForward(slot('inner', INNER, HIDDEN, random), slot('outer', HIDDEN, INNER, random), activation('gelu')),
        outputBranch: { name: 'output branch' },
        outputNorm: norm('output norm', random),
      },
      0.2,
    );
    return {
      run: (x, packing, pass) => block.forward(x, packing, pass),
      forget: () => block.linears.forEach((linear) => linear.forgetWeights()),
    };
  },
  dropout: () => ({
    run: (x, _, pass) => {
      const { y, undo } = dropout(kernels, pass.dropout, 0.3, x);
      return { y, backward: undo };
    },
  }),
  'mean pooling': () => ({ run: (x, packing, pass) => pooling('mean').forward(x, packing, pass) }),
  'first-state pooling': () => ({ run: (x, packing, pass) => pooling('cls').forward(x, packing, pass) }),
};

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

describe.each(Object.entries(CASES))('%s', (_, make) => {
  it.each([
    ['padded rows', LENGTHS],
    ['padded rows that flow with some of their padding', LENGTHS_ROUNDED_UP],
    ['rows of one length', [TOKENS, TOKENS]],
  ])('has the gradients of finite differences on %s', (_rows, lengths) => {
    const random = new Random(17);
    const layer = make(random);
    const packing = new Packing(kernels, batchOf(lengths));
    const source = new DropoutSource(kernels, 4);
    const normals = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal());
    const x = normals(packing.flowing * HIDDEN);
    let weights: Float32Array | undefined;

    /** Sum of the layer's outputs with fixed random weights, and the gradients if wanted. */
    const run = (values: Float32Array, training: boolean): { total: number; dx?: Float32Array } => {
      layer.forget?.();
      source.startStep(1);
      const input = kernels.floats(Float32Array.from(values), [packing.flowing, HIDDEN]);
      const { y, backward } = layer.run(input, packing, { kernels, dropout: source, training });
      const output = y.read();
      weights ??= normals(output.length);
      const result: { total: number; dx?: Float32Array } = { total: dot(output, weights) };
      if (training && backward) {
        const dy = kernels.floats(Float32Array.from(weights), y.shape);
        const dx = backward(dy);
        result.dx = dx.read();
        dx.release();
        dy.release();
      }
      input.release();
      y.release();
      return result;
    };

    const { dx } = run(x, true);
    const gradients = made.map(({ name, gradient }) => ({ name, values: gradient?.read() ?? new Float32Array(0) }));
    const step = 2e-3;
    const along = (values: Float32Array, direction: Float32Array, sign: number): Float32Array =>
      values.map((value, i) => value + sign * step * direction[i]);
    const slope = (evaluate: (sign: number) => number): number => (evaluate(1) - evaluate(-1)) / (2 * step);
    const agrees = (name: string, measured: number, derived: number): void => {
      expect({ name, measured, derived, agree: Math.abs(measured - derived) < 0.03 * Math.max(1, Math.abs(measured)) }).toMatchObject({
        agree: true,
      });
    };

    const direction = normals(x.length);
    agrees(
      'x',
      slope((sign) => run(along(x, direction, sign), false).total),
      dot(dx ?? new Float32Array(0), direction),
    );
    made.forEach((one, i) => {
      const start = one.toHost().values;
      const way = normals(start.length);
      const measured = slope((sign) => {
        layer.forget?.();
        one.assign(along(start, way, sign));
        return run(x, false).total;
      });
      layer.forget?.();
      one.assign(start);
      agrees(one.name, measured, dot(gradients[i].values, way));
    });
    layer.forget?.();
    source.dispose();
    packing.dispose();
  });
});

describe('packing', () => {
  it('lets as many rows flow as there are tokens, and of many tokens one of few numbers', () => {
    const flowing = (real: number): number => {
      const packing = new Packing(kernels, { ...batchOf(new Array<number>(real).fill(1)), tokens: 5 });
      packing.dispose();
      return packing.flowing;
    };
    expect([1, 11, 31].map(flowing)).toEqual([1, 11, 31]);
    expect(flowing(33)).toBe(34);
    const between = new Set(Array.from({ length: 1025 - 512 }, (_, i) => flowing(512 + i)));
    expect(between.size).toBe(17);
    expect(Math.max(...Array.from({ length: 2000 }, (_, i) => flowing(i + 1) / (i + 1)))).toBeLessThan(1.07);
  });
});

describe('an encoder block', () => {
  it.each([[LENGTHS], [LENGTHS_ROUNDED_UP]])('gives each row of a batch padded from %j what the row alone gives', (lengths) => {
    const random = new Random(5);
    const block = CASES['encoder block with dropout'](random);
    const pass: Pass = { kernels, training: false };
    const together = new Packing(kernels, batchOf(lengths));
    const x = Float32Array.from({ length: together.flowing * HIDDEN }, () => random.normal());
    const evaluate = (values: Float32Array, packing: Packing): Float32Array => {
      const input = kernels.floats(values, [packing.flowing, HIDDEN]);
      const { y } = block.run(input, packing, pass);
      const output = y.read();
      input.release();
      y.release();
      packing.dispose();
      return output;
    };
    const all = evaluate(Float32Array.from(x), together);
    lengths.forEach((length, row) => {
      const first = together.firsts[row];
      const part = (values: Float32Array): Float32Array => values.slice(first * HIDDEN, (first + length) * HIDDEN);
      const alone = evaluate(part(x), new Packing(kernels, { ...batchOf([length]), tokens: length }));
      const difference = alone.reduce((largest, value, i) => Math.max(largest, Math.abs(value - part(all)[i])), 0);
      expect(difference).toBeLessThan(1e-5);
    });
  });
});
