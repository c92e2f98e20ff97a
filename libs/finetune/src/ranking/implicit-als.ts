import type { SparseRows } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Random } from '../random';
import type { Sequence } from './transition-weights';

export interface AlsOptions {
  factors: number;
  iterations: number;
  /** Weight of the squared norm of the factors. */
  regularization: number;
  /** Confidence of an event of weight 1 beyond that of none (α of the paper). */
  confidence: number;
  neighbours: number;
}

/** Rows of one side: for each the columns with events and their weights. */
export type SparseSide = { columns: Int32Array; weights: Float32Array }[];

/** Rows solved at once, and items whose neighbours are looked for at once. */
const BATCH = 512;
/** Scores of items by items held at once, at most: 64 MiB. */
const SCORES = 1 << 24;

/**
 * Factorises behaviour by alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008), and turns the factors into
 * item × item weights: with Y the items' factors and `W = (YᵀY + λI)⁻¹`, what item i says of j is `α yᵢᵀ W yⱼ`, the first term of the score
 * of a history whose factors are solved for. Memory grows with items × factors, so that catalogues of any size fit.
 */
export function fitImplicitAls(
  kernels: Kernels,
  sequences: readonly Sequence[],
  items: number,
  options: AlsOptions,
  random: Random,
): SparseRows {
  const byUser: SparseSide = sequences.map(({ items: columns, weights }) => ({ columns, weights }));
  const byItem = transposed(byUser, items);
  const initial = Float32Array.from({ length: items * options.factors }, () => random.normal() / options.factors);
  return itemNeighbours(kernels, alternate(kernels, byUser, byItem, initial, options), byItem, options);
}

/** Factors of the items after passes over users and items in turn. @param initial theirs before, `[items × factors]` */
export function alternate(
  kernels: Kernels,
  byUser: SparseSide,
  byItem: SparseSide,
  initial: Float32Array,
  options: AlsOptions,
): Float32Array {
  let vectors = initial;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    vectors = solveSide(kernels, byItem, solveSide(kernels, byUser, vectors, options), options);
  }
  return vectors;
}

export function transposed(rows: SparseSide, columns: number): SparseSide {
  const lists: { columns: number[]; weights: number[] }[] = Array.from({ length: columns }, () => ({ columns: [], weights: [] }));
  rows.forEach((row, at) => {
    row.columns.forEach((column, place) => {
      lists[column].columns.push(at);
      lists[column].weights.push(row.weights[place]);
    });
  });
  return lists.map((list) => ({ columns: Int32Array.from(list.columns), weights: Float32Array.from(list.weights) }));
}

/** Factors `[rows × factors]` of one side, given those of the other: `(YᵀY + λI + α Σ w y yᵀ) x = Σ (1 + α w) y`, row by row in batches. */
export function solveSide(kernels: Kernels, rows: SparseSide, other: Float32Array, options: AlsOptions): Float32Array {
  const { factors, regularization, confidence } = options;
  const fixed = kernels.floats(other, [other.length / factors, factors]);
  const base = gramWithRidge(kernels, fixed, factors, regularization);
  const result = new Float32Array(rows.length * factors);
  // Of similar lengths together: less padding.
  const order = [...rows.keys()].filter((row) => rows[row].columns.length > 0);
  order.sort((a, b) => rows[a].columns.length - rows[b].columns.length);
  for (let start = 0; start < order.length;) {
    const size = batchSize(rows, order, start);
    const batch = order.slice(start, start + size);
    const solved = solveBatch(
      kernels,
      batch.map((row) => rows[row]),
      fixed,
      base,
      factors,
      confidence,
    );
    batch.forEach((row, at) => result.set(solved.subarray(at * factors, (at + 1) * factors), row * factors));
    start += size;
  }
  release(fixed, base);
  kernels.forgetLists();
  return result;
}

/** Places of a padded batch at most: one long row is solved by itself. */
const PLACES = 1 << 17;

function batchSize(rows: SparseSide, order: readonly number[], start: number): number {
  let size = 1;
  while (size < BATCH && start + size < order.length && rows[order[start + size]].columns.length * (size + 1) <= PLACES) size++;
  return size;
}

function solveBatch(kernels: Kernels, rows: SparseSide, fixed: Tensor, base: Tensor, factors: number, confidence: number): Float32Array {
  const longest = rows.reduce((most, { columns }) => Math.max(most, columns.length), 0);
  const index = new Int32Array(rows.length * longest);
  const roots = new Float32Array(index.length);
  const rights = new Float32Array(index.length);
  rows.forEach(({ columns, weights }, row) => {
    index.set(columns, row * longest);
    weights.forEach((weight, place) => {
      roots[row * longest + place] = Math.sqrt(confidence * weight);
      rights[row * longest + place] = 1 + confidence * weight;
    });
  });
  const places = kernels.ints(index);
  const flat = kernels.gather(fixed, places);
  const gathered = kernels.reshape(flat, [rows.length, longest, factors]);
  const scale = kernels.floats(roots, [rows.length, longest, 1]);
  const scaled = kernels.multiply(gathered, scale);
  const own = kernels.batchMatMul(scaled, scaled, true);
  const matrix = kernels.add(own, base);
  const wanted = kernels.floats(rights, [rows.length, longest, 1]);
  const right = kernels.batchMatMul(gathered, wanted, true);
  const float = kernels.type('T', kernels.binding.TF_FLOAT);
  const factor = kernels.call('Cholesky', [float], [matrix]);
  const lower = kernels.flag('lower', true);
  const half = kernels.call('MatrixTriangularSolve', [lower, kernels.flag('adjoint', false), float], [factor, right]);
  const solved = kernels.call('MatrixTriangularSolve', [lower, kernels.flag('adjoint', true), float], [factor, half]);
  const values = solved.read();
  release(places, flat, gathered, scale, scaled, own, matrix, wanted, right, factor, half, solved);
  return values;
}

/** `YᵀY + λI` */
function gramWithRidge(kernels: Kernels, factor: Tensor, factors: number, regularization: number): Tensor {
  const gram = kernels.matMul(factor, factor, true);
  const ridge = new Float32Array(factors * factors);
  for (let i = 0; i < factors; i++) ridge[i * factors + i] = regularization;
  const added = kernels.floats(ridge, [factors, factors]);
  const sum = kernels.add(gram, added);
  release(gram, added);
  return sum;
}

/** The strongest weights of each item with events, in batches of rows. */
export function itemNeighbours(kernels: Kernels, vectors: Float32Array, byItem: SparseSide, options: AlsOptions): SparseRows {
  const { factors, regularization, confidence } = options;
  const items = byItem.length;
  const width = Math.min(options.neighbours, Math.max(1, items - 1));
  const neighbours = new Int32Array(items * width).fill(-1);
  const weights = new Float32Array(items * width);
  const all = kernels.floats(vectors, [items, factors]);
  const inverse = invert(kernels, all, factors, regularization);
  const batch = Math.max(1, Math.min(BATCH, Math.floor(SCORES / items)));
  for (let start = 0; start < items; start += batch) {
    const rows = Math.min(batch, items - start);
    const part = kernels.floats(vectors.slice(start * factors, (start + rows) * factors), [rows, factors]);
    const turned = kernels.matMul(part, inverse);
    const scores = kernels.matMul(turned, all, false, true);
    // One more than wanted: an item is its own best neighbour, and left out.
    const k = kernels.ints(Int32Array.of(Math.min(width + 1, items)), []);
    const attributes = [kernels.flag('sorted', true), kernels.type('T', kernels.binding.TF_FLOAT)];
    const [best, places] = kernels.callMany('TopKV2', attributes, [scores, k], 2);
    const [values, columns] = [best.read(), places.read()];
    const found = columns.length / rows;
    for (let row = 0; row < rows; row++) {
      if (byItem[start + row].columns.length === 0) continue;
      let at = (start + row) * width;
      const end = at + width;
      for (let rank = 0; rank < found && at < end; rank++) {
        const column = columns[row * found + rank];
        if (column === start + row || byItem[column].columns.length === 0) continue;
        neighbours[at] = column;
        weights[at++] = confidence * values[row * found + rank];
      }
    }
    release(part, turned, scores, k, best, places);
  }
  release(all, inverse);
  kernels.forgetLists();
  return { neighbours, weights, width };
}

function invert(kernels: Kernels, factor: Tensor, factors: number, regularization: number): Tensor {
  const gram = gramWithRidge(kernels, factor, factors, regularization);
  const inverse = kernels.call('MatrixInverse', [kernels.flag('adjoint', false), kernels.type('T', kernels.binding.TF_FLOAT)], [gram]);
  gram.release();
  return inverse;
}
