import { dotProduct } from '@attune/artifact';

/** Inner product of a row of a matrix and a vector: a loop over the flat values, since whole catalogues go through it for each request. */
export function rowProduct(matrix: Float32Array, start: number, vector: Float32Array, width: number): number {
  let sum = 0;
  for (let axis = 0; axis < width; axis++) sum += matrix[start + axis] * vector[axis];
  return sum;
}

/** A vector brought to length 1; of zeros, or next to it, it has no direction and becomes zeros. */
export function unitRow(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dotProduct(vector, vector));
  return length < SHORTEST ? new Float32Array(vector.length) : vector.map((value) => value / length);
}

const SHORTEST = 1e-4;

/** Writes a row less what all have in common, brought to length 1, to the same place of another matrix; one of zeros stays so. */
export function writeCentred(from: Float32Array, to: Float32Array, start: number, common: Float32Array): void {
  const width = common.length;
  const isEmpty = isRowOfZeros(from, start, width);
  let squares = 0;
  for (let axis = 0; axis < width; axis++) {
    const at = start + axis;
    to[at] = isEmpty ? 0 : from[at] - common[axis];
    squares += to[at] * to[at];
  }
  const length = Math.sqrt(squares);
  for (let at = start; at < start + width; at++) to[at] = length < SHORTEST ? 0 : to[at] / length;
}

/** Whether a row has no direction. */
export function isRowOfZeros(matrix: Float32Array, start: number, width: number): boolean {
  for (let at = start; at < start + width; at++) if (matrix[at] !== 0) return false;
  return true;
}

/** Whether a row holds these values. */
export function isRow(matrix: Float32Array, start: number, values: Float32Array, width: number): boolean {
  for (let axis = 0; axis < width; axis++) if (matrix[start + axis] !== values[axis]) return false;
  return true;
}

/** Mean of the rows that are not of zeros. */
export function meanRow(matrix: Float32Array, width: number): Float32Array {
  const sum = new Float64Array(width);
  let rows = 0;
  for (let start = 0; start < matrix.length; start += width) {
    if (isRowOfZeros(matrix, start, width)) continue;
    rows++;
    for (let axis = 0; axis < width; axis++) sum[axis] += matrix[start + axis];
  }
  return Float32Array.from(sum, (value) => value / Math.max(1, rows));
}

/** A matrix with a row put in, grown by half where it is too short. */
export function withRow(matrix: Float32Array, row: number, width: number, values: Float32Array | undefined): Float32Array {
  let result = matrix;
  if (matrix.length < (row + 1) * width) {
    result = new Float32Array(Math.max((row + 1) * width, Math.ceil(matrix.length * 1.5)));
    result.set(matrix);
  }
  if (values === undefined) result.fill(0, row * width, (row + 1) * width);
  else result.set(values, row * width);
  return result;
}
