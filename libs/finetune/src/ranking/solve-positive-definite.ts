import { AttuneError } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';

/** Rows of a block: large enough that products of blocks, which use all cores, are nearly all of the work. */
const BLOCK = 512;

/**
 * Solves `A X = C` for a symmetric positive definite `A`, by a blocked Cholesky factorisation (Golub and Van Loan 2013, section 4.2.9):
 * TensorFlow's own factorisation runs on one core, its products on all.
 *
 * @param a `[size × size]`; given up block by block to keep memory at its own size, so do not use it afterwards
 * @param c `[size × columns]`
 * @returns X `[size × columns]`, written over `c`
 * @throws AttuneError `training-failed` where A is not positive definite
 */
export function solvePositiveDefinite(kernels: Kernels, a: Float32Array, c: Float32Array, size: number): Float32Array {
  const columns = c.length / size;
  const blocks = blocksOf(size);
  const factor = factorise(kernels, a, size, blocks);
  for (const panel of blocksOf(columns)) {
    const solved = solvePanel(kernels, factor, blocks, panel, (rows) => readBlock(c, columns, rows, panel));
    solved.forEach((block, at) => {
      writeBlock(c, columns, blocks[at], panel, block.read());
      block.release();
    });
  }
  for (const row of factor) release(...row);
  kernels.forgetLists();
  return c;
}

interface Range {
  start: number;
  length: number;
}

function blocksOf(size: number): Range[] {
  return Array.from({ length: Math.ceil(size / BLOCK) }, (_, at) => ({ start: at * BLOCK, length: Math.min(BLOCK, size - at * BLOCK) }));
}

/** Blocks of the lower factor L with A = L Lᵀ, row by row up to the diagonal. */
function factorise(kernels: Kernels, a: Float32Array, size: number, blocks: readonly Range[]): Tensor[][] {
  const rows = blocks.map((row, i) =>
    blocks.slice(0, i + 1).map((column) => kernels.floats(readBlock(a, size, row, column), [row.length, column.length])),
  );
  for (let k = 0; k < blocks.length; k++) {
    replace(rows[k], k, kernels.call('Cholesky', [kernels.type('T', kernels.binding.TF_FLOAT)], [rows[k][k]]));
    assertFinite(rows[k][k]);
    for (let i = k + 1; i < blocks.length; i++) {
      // L_ik = A_ik L_kk⁻ᵀ, as the transpose of L_kk⁻¹ A_ikᵀ.
      const transposed = kernels.transpose(rows[i][k], [1, 0]);
      const solved = triangular(kernels, rows[k][k], transposed, false);
      replace(rows[i], k, kernels.transpose(solved, [1, 0]));
      release(transposed, solved);
    }
    for (let i = k + 1; i < blocks.length; i++) {
      for (let j = k + 1; j <= i; j++) {
        const product = kernels.matMul(rows[i][k], rows[j][k], false, true);
        replace(rows[i], j, kernels.subtract(rows[i][j], product));
        product.release();
      }
    }
  }
  return rows;
}

/** Forward and backward substitution for one panel of columns. */
function solvePanel(
  kernels: Kernels,
  factor: readonly Tensor[][],
  blocks: readonly Range[],
  panel: Range,
  right: (rows: Range) => Float32Array,
): Tensor[] {
  const x = blocks.map((rows) => kernels.floats(right(rows), [rows.length, panel.length]));
  for (let i = 0; i < blocks.length; i++) {
    for (let k = 0; k < i; k++) subtractProduct(kernels, x, i, factor[i][k], k, false);
    replace(x, i, triangular(kernels, factor[i][i], x[i], false));
  }
  for (let i = blocks.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < blocks.length; k++) subtractProduct(kernels, x, i, factor[k][i], k, true);
    replace(x, i, triangular(kernels, factor[i][i], x[i], true));
  }
  return x;
}

function subtractProduct(kernels: Kernels, x: Tensor[], into: number, matrix: Tensor, from: number, transposed: boolean): void {
  const product = kernels.matMul(matrix, x[from], transposed);
  replace(x, into, kernels.subtract(x[into], product));
  product.release();
}

function triangular(kernels: Kernels, matrix: Tensor, right: Tensor, adjoint: boolean): Tensor {
  const attributes = [kernels.flag('lower', true), kernels.flag('adjoint', adjoint), kernels.type('T', kernels.binding.TF_FLOAT)];
  return kernels.call('MatrixTriangularSolve', attributes, [matrix, right]);
}

function replace(tensors: Tensor[], at: number, tensor: Tensor): void {
  tensors[at].release();
  tensors[at] = tensor;
}

function assertFinite(factor: Tensor): void {
  if (Number.isFinite(factor.read().at(-1))) return;
  throw new AttuneError('training-failed', 'The collaborative weights cannot be solved for: the matrix is not positive definite.', {
    remedy: 'Raise collaborative.regularization.',
  });
}

function readBlock(matrix: Float32Array, width: number, rows: Range, columns: Range): Float32Array {
  const block = new Float32Array(rows.length * columns.length);
  for (let row = 0; row < rows.length; row++) {
    const start = (rows.start + row) * width + columns.start;
    block.set(matrix.subarray(start, start + columns.length), row * columns.length);
  }
  return block;
}

function writeBlock(matrix: Float32Array, width: number, rows: Range, columns: Range, block: Float32Array): void {
  for (let row = 0; row < rows.length; row++) {
    const values = block.subarray(row * columns.length, (row + 1) * columns.length);
    matrix.set(values, (rows.start + row) * width + columns.start);
  }
}
