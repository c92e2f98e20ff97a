import type { SparseRows } from '@attune/artifact';
import type { Kernels } from '../native/kernels';
import { solvePositiveDefinite } from './solve-positive-definite';

/** What a user did with items, the earliest first, each item once. */
export interface Sequence {
  /** Numbers of the items. */
  items: Int32Array;
  /** Above 0. */
  weights: Float32Array;
}

export interface TransitionOptions {
  /** Places after which a past item's part has fallen to 1/e. */
  pastDecay: number;
  /** The same of what follows. */
  futureDecay: number;
  /** λ, the weight of the squared norm of the solution. */
  regularization: number;
  /** Neighbours kept of each item. */
  neighbours: number;
}

/** Decays below this are taken for 0. */
const LEAST = 2e-3;

/**
 * Item × item weights by ridge regression from what came before to what comes after, in closed form: with S the decayed pasts at every place of
 * every sequence and T the decayed futures, `B = (SᵀS + λI)⁻¹ SᵀT` (SLIT, the transitions of SLIST: Choi et al. 2021, which is EASE, Steck
 * 2019, read forwards). The scores of a history are its row, decayed in the same way, times B.
 *
 * Memory and time grow with the square and the cube of the items: for catalogues below 20,000.
 */
export function fitTransitions(kernels: Kernels, sequences: readonly Sequence[], items: number, options: TransitionOptions): SparseRows {
  const numbers = usedItems(sequences, items);
  const size = numbers.used.length;
  const { neighbours } = options;
  if (size === 0)
    return { neighbours: new Int32Array(items * neighbours).fill(-1), weights: new Float32Array(items * neighbours), width: neighbours };
  const gram = new Float32Array(size * size);
  const cross = new Float32Array(size * size);
  for (const sequence of sequences) accumulate(sequence, numbers.of, size, options, gram, cross);
  for (let i = 0; i < size; i++) gram[i * size + i] += options.regularization;
  const solution = solvePositiveDefinite(kernels, gram, cross, size);
  return strongest(solution, numbers.used, items, neighbours);
}

/** Items with events, numbered through. */
function usedItems(sequences: readonly Sequence[], items: number): { used: Int32Array; of: Int32Array } {
  const of = new Int32Array(items).fill(-1);
  for (const { items: own } of sequences) for (const item of own) of[item] = 0;
  const used = Int32Array.from([...of.keys()].filter((item) => of[item] === 0));
  used.forEach((item, number) => (of[item] = number));
  return { used, of };
}

function decays(length: number): number {
  return Math.ceil(-Math.log(LEAST) * length);
}

/** Adds the outer products of one sequence's pasts and futures. */
function accumulate(
  { items, weights }: Sequence,
  numberOf: Int32Array,
  size: number,
  { pastDecay, futureDecay }: TransitionOptions,
  gram: Float32Array,
  cross: Float32Array,
): void {
  const [pastLength, futureLength] = [decays(pastDecay), decays(futureDecay)];
  for (let cut = 1; cut < items.length; cut++) {
    const first = Math.max(0, cut - pastLength);
    const last = Math.min(items.length, cut + futureLength);
    for (let i = first; i < cut; i++) {
      const row = numberOf[items[i]] * size;
      const own = weights[i] * Math.exp((i - cut + 1) / pastDecay);
      for (let j = first; j < cut; j++) gram[row + numberOf[items[j]]] += own * weights[j] * Math.exp((j - cut + 1) / pastDecay);
      for (let j = cut; j < last; j++) cross[row + numberOf[items[j]]] += own * weights[j] * Math.exp((cut - j) / futureDecay);
    }
  }
}

/** The weights of largest magnitude of each row, in the numbering of all items. */
function strongest(matrix: Float32Array, used: Int32Array, items: number, width: number): SparseRows {
  const size = used.length;
  const neighbours = new Int32Array(items * width).fill(-1);
  const weights = new Float32Array(items * width);
  const magnitudes = new Float32Array(size);
  for (let number = 0; number < size; number++) {
    const row = matrix.subarray(number * size, (number + 1) * size);
    for (let i = 0; i < size; i++) magnitudes[i] = i === number ? 0 : Math.abs(row[i]);
    const least = size <= width ? 0 : Float32Array.from(magnitudes).sort()[size - width];
    const kept = [...row.keys()].filter((i) => magnitudes[i] >= least && magnitudes[i] > 0);
    kept.sort((a, b) => row[b] - row[a] || a - b);
    const start = used[number] * width;
    kept.slice(0, width).forEach((i, at) => {
      neighbours[start + at] = used[i];
      weights[start + at] = row[i];
    });
  }
  return { neighbours, weights, width };
}
