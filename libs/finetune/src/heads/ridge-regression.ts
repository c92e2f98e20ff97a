import { transpose, type ProductWithTransposed, multiplyTransposed } from './matrix-product';
import { columnMeans, type LinearLayer } from './logistic-regression';

/**
 * Linear regression with a penalty on the weights (Hoerl and Kennard 1970), solved exactly: the minimum of
 * ½ mean squared error + λ/2 ‖w‖², the bias not penalised. scikit-learn's alpha is λ × rows.
 *
 * @param features `[rows × width]`
 * @param targets `[rows]`
 * @returns weight `[1 × width]` and bias `[1]`
 */
export function fitRidgeRegression(
  features: Float32Array,
  rows: number,
  width: number,
  targets: ArrayLike<number>,
  { l2, intercept = true, matmul = multiplyTransposed }: { l2: number; intercept?: boolean; matmul?: ProductWithTransposed },
): LinearLayer {
  const mean = intercept ? columnMeans(features, rows, width) : new Float64Array(width);
  let targetMean = 0;
  for (let row = 0; intercept && row < rows; row++) targetMean += targets[row] / rows;
  // Centred before the products: sums of squares about a large mean would lose digits in float32.
  const centred = features.map((value, i) => value - mean[i % width]);
  const columns = transpose(centred, rows, width);
  const gram = Float64Array.from(matmul(columns, columns, width, width, rows), (value) => value / rows);
  for (let j = 0; j < width; j++) gram[j * width + j] += l2;
  const solution = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    const residual = (targets[row] - targetMean) / rows;
    for (let j = 0; j < width; j++) solution[j] += residual * centred[row * width + j];
  }
  solvePositiveDefinite(gram, solution);
  const bias = solution.reduce((sum, value, j) => sum - value * mean[j], targetMean);
  return { weight: Float32Array.from(solution), bias: Float32Array.of(bias) };
}

/**
 * Replaces `values` by the solution x of A x = values, by Cholesky's factorisation A = L Lᵀ.
 *
 * @param matrix `[size × size]`, symmetric and positive definite; its lower triangle becomes L
 */
function solvePositiveDefinite(matrix: Float64Array, values: Float64Array): void {
  const size = values.length;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let i = 0; i < column; i++) sum -= matrix[row * size + i] * matrix[column * size + i];
      // A feature that does not vary leaves a pivot of 0 where λ is 0; its weight is then 0.
      if (row === column) matrix[row * size + column] = sum > 0 ? Math.sqrt(sum) : Infinity;
      else matrix[row * size + column] = sum / matrix[column * size + column];
    }
  }
  for (let row = 0; row < size; row++) {
    for (let i = 0; i < row; i++) values[row] -= matrix[row * size + i] * values[i];
    values[row] /= matrix[row * size + row];
  }
  for (let row = size - 1; row >= 0; row--) {
    values[row] /= matrix[row * size + row];
    for (let i = 0; i < row; i++) values[i] -= matrix[row * size + i] * values[row];
  }
}
