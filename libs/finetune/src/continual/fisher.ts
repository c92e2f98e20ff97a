import { sigmoid, softmax, type NamedTensor } from '@attune/artifact';
import { cutByTokens, longestFirst, padBatch } from '../data/batches';
import type { EncodedExample } from '../data/example';
import type { HeadColumns, TaskLayout } from '../heads/task-layout';
import type { Parameter } from '../layers/parameter';
import type { TrainableNetwork } from '../network/trainable-network';
import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Random } from '../random';
import { pauseForSignals } from '../training/interruption';

/** Where a model keeps the importance of its weights. */
export const FISHER_FILE = 'continual/fisher.safetensors';

/** Rows whose gradients are added before they are squared. */
const ROWS_TOGETHER = 8;

export interface FisherOptions {
  network: TrainableNetwork;
  layout: TaskLayout;
  /** Parameters whose importance is wanted. */
  parameters: readonly Parameter[];
  /** Rows of the data; their labels are not looked at. */
  examples: readonly EncodedExample[];
  padTokenId: number;
  random: Random;
  signal: AbortSignal;
}

/**
 * Diagonal of the Fisher information of a model on data: the mean over rows of the square of each derivative of the log-likelihood, of a label
 * that is drawn from what the model itself says. With labels drawn so, the derivatives of different rows are independent and 0 on the
 * average, so the square of their sum over a few rows is on the average the sum of their squares: rows go through in small batches.
 *
 * @returns values by the parameters' names, in their shapes
 * @throws AttuneError `interrupted` when the signal aborts
 */
export async function diagonalFisher(options: FisherOptions): Promise<Map<string, Float32Array>> {
  const { network, layout, parameters, examples, padTokenId, random, signal } = options;
  const { kernels } = network;
  const sums = new Map<Parameter, Tensor>();
  try {
    for (const rows of cutByTokens([...examples].sort(longestFirst), Infinity, ROWS_TOGETHER)) {
      await pauseForSignals(signal);
      const pass = network.train(padBatch(rows, padTokenId), undefined);
      pass.backward(sampledSlopes(pass.logits, layout, random));
      for (const parameter of parameters) addSquare(kernels, parameter, sums);
    }
    const share = 1 / examples.length;
    return new Map([...sums].map(([{ name }, sum]) => [name, sum.read().map((value) => share * value)]));
  } finally {
    release(...sums.values());
    network.forgetWeights();
    kernels.forgetLists();
  }
}

/** Adds the square of a parameter's gradient to the sum, and lets go of the gradient. */
function addSquare(kernels: Kernels, parameter: Parameter, sums: Map<Parameter, Tensor>): void {
  const { gradient } = parameter;
  if (gradient === undefined) return;
  const square = kernels.square(gradient);
  parameter.clearGradient();
  const before = sums.get(parameter);
  sums.set(parameter, before === undefined ? square : kernels.add(before, square));
  if (before !== undefined) release(before, square);
}

/** Derivatives of the negative log-likelihood in the logits, of labels drawn from what the logits say. */
function sampledSlopes(logits: Float32Array, layout: TaskLayout, random: Random): Float32Array {
  const slopes = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += layout.outputs) {
    for (const { head, outputs } of layout.heads) {
      const from = start + outputs.start;
      slopes.set(SLOPES[head.task](logits.subarray(from, from + outputs.width), random), from);
    }
  }
  return slopes;
}

const SLOPES: Record<HeadColumns['head']['task'], (logits: Float32Array, random: Random) => ArrayLike<number>> = {
  classification(logits, random) {
    const probabilities = Float64Array.from(softmax(logits, 1));
    let left = random.uniform();
    let drawn = 0;
    while (drawn < probabilities.length - 1 && (left -= probabilities[drawn]) >= 0) drawn++;
    probabilities[drawn] -= 1;
    return probabilities;
  },
  'multi-label': (logits, random) => Float64Array.from(sigmoid(logits, 1), (p) => p - (random.uniform() < p ? 1 : 0)),
  // Of a number with a normal error of deviation 1.
  regression: (logits, random) => Float64Array.from(logits, () => random.normal()),
};

/** Importances of earlier and of new data added up, each as heavy; a head that has grown counts nothing for its new rows before. */
export function addFisher(
  earlier: ReadonlyMap<string, NamedTensor> | undefined,
  fresh: Map<string, NamedTensor>,
): Map<string, NamedTensor> {
  return new Map(
    [...fresh].map(([name, { shape, values }]) => {
      const before = earlier?.get(name)?.values;
      return [
        name,
        { shape, values: before === undefined ? values : values.map((value, i) => value + (i < before.length ? before[i] : 0)) },
      ];
    }),
  );
}
