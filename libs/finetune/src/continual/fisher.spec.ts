import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softmax, type HeadShape, type NamedTensor } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { padBatch } from '../data/batches';
import type { EncodedExample } from '../data/example';
import { loadEncoder } from '../encoders';
import { taskLayout } from '../heads/task-layout';
import { Network } from '../network/network';
import { headParameterShapes } from '../network/trainable-network';
import { Random } from '../random';
import { addFisher, diagonalFisher } from './fisher';

const HEAD: HeadShape = { task: 'classification', pooling: 'mean', labels: ['a', 'b', 'c'] };
const PARAMETERS = ['head.output.weight', 'encoder.layer.0.output.dense.bias'];

let network: Network;
let padTokenId: number;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'attune-fisher-'));
  await createTinyEncoder(directory);
  const encoder = await loadEncoder(directory);
  await rm(directory, { recursive: true });
  padTokenId = encoder.config.padTokenId;
  const random = new Random(4);
  const weights = new Map<string, NamedTensor>(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    weights.set(name, { shape, values: Float32Array.from({ length: size }, () => 0.5 * random.normal()) });
  }
  const headOptions = { activation: 'tanh' as const, dropout: 0, inputDropout: 0 };
  network = new Network({ config: encoder.config, heads: [HEAD], headOptions, weights, precision: 'fp32' });
});

afterAll(() => network.dispose());

function rowsOf(count: number): EncodedExample[] {
  const random = new Random(6);
  const texts = Array.from({ length: 2 }, () => Int32Array.from({ length: 6 }, () => 5 + random.integer(400)));
  return Array.from({ length: count }, (_, index) => ({ inputIds: texts[index % 2], tokenTypeIds: new Int32Array(6), target: NaN, index }));
}

/** The mean over rows of the squared derivatives of every label's log-likelihood, each as likely as the network says. */
function exactFisher(rows: readonly EncodedExample[], name: string): Float64Array {
  const parameter = network.parameter(name);
  const sum = new Float64Array(parameter.size);
  for (const row of rows) {
    for (const label of HEAD.labels.keys()) {
      const { logits, backward } = network.train(padBatch([row], padTokenId), undefined);
      const probabilities = Float32Array.from(softmax(logits, 1));
      const likely = probabilities[label];
      probabilities[label] -= 1;
      backward(probabilities);
      parameter.gradient?.read().forEach((value, i) => (sum[i] += (likely * value * value) / rows.length));
      for (const one of network.parameters.values()) one.clearGradient();
    }
  }
  return sum;
}

it('comes to the expected square of each derivative over what the model itself says', async () => {
  const parameters = PARAMETERS.map((name) => network.parameter(name));
  for (const parameter of network.parameters.values()) parameter.trainable = parameters.includes(parameter);
  const options = { network, layout: taskLayout([HEAD]), parameters, padTokenId, signal: new AbortController().signal };
  const fisher = await diagonalFisher({ ...options, examples: rowsOf(4800), random: new Random(1) });
  const before = network.kernels.binding.getNumOfTensors();
  for (const name of PARAMETERS) {
    const exact = exactFisher(rowsOf(2), name);
    const total = exact.reduce((sum, value) => sum + value, 0);
    const measured = fisher.get(name) ?? new Float32Array();
    expect(total).toBeGreaterThan(0);
    // Of 600 draws the deviation is about a twenty-fifth.
    expect(Math.abs(measured.reduce((sum, value) => sum + value, 0) / total - 1)).toBeLessThan(0.13);
    const product = measured.reduce((sum, value, i) => sum + value * exact[i], 0);
    const lengths = [measured, exact].map((values) => Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0)));
    expect(product / (lengths[0] * lengths[1])).toBeGreaterThan(0.97);
  }
  await diagonalFisher({ ...options, examples: rowsOf(16), random: new Random(2) });
  network.forgetWeights();
  expect(network.kernels.binding.getNumOfTensors()).toBeLessThanOrEqual(before);
});

it('adds up over data, and counts nothing for what is new', () => {
  const tensor = (...values: number[]): NamedTensor => ({ shape: [values.length], values: Float32Array.from(values) });
  const sum = addFisher(
    new Map([['head', tensor(1, 2)]]),
    new Map([
      ['head', tensor(3, 4, 5)],
      ['other', tensor(6)],
    ]),
  );
  expect(Object.fromEntries([...sum].map(([name, { values }]) => [name, [...values]]))).toEqual({ head: [4, 6, 5], other: [6] });
});
