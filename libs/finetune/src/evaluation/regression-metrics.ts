/** Measures of predicted numbers against true ones. */
export interface RegressionMetrics {
  /** Mean squared error. */
  mse: number;
  /** Mean absolute error. */
  mae: number;
  /** Coefficient of determination; undefined where all targets are equal. */
  r2?: number;
  /** Linear correlation (Pearson); undefined where one side does not vary. */
  pearson?: number;
  /** Rank correlation (Spearman 1904), ties sharing their mean rank; undefined where one side does not vary. */
  spearman?: number;
}

/**
 * @param predictions `[rows]`
 * @param targets `[rows]`
 */
export function regressionMetrics(predictions: ArrayLike<number>, targets: ArrayLike<number>): RegressionMetrics {
  const rows = targets.length;
  let squared = 0;
  let absolute = 0;
  for (let row = 0; row < rows; row++) {
    const error = predictions[row] - targets[row];
    squared += error * error;
    absolute += Math.abs(error);
  }
  const mean = meanOf(targets);
  let variation = 0;
  for (let row = 0; row < rows; row++) variation += (targets[row] - mean) ** 2;
  return {
    mse: squared / rows,
    mae: absolute / rows,
    r2: variation === 0 ? undefined : 1 - squared / variation,
    pearson: pearsonCorrelation(predictions, targets),
    spearman: spearmanCorrelation(predictions, targets),
  };
}

/** Linear correlation of two series of equal length; undefined where one does not vary. */
export function pearsonCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  const meanA = meanOf(a);
  const meanB = meanOf(b);
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] - meanA;
    const y = b[i] - meanB;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  if (squareA === 0 || squareB === 0) return undefined;
  return Math.max(-1, Math.min(1, product / Math.sqrt(squareA) / Math.sqrt(squareB)));
}

/** Correlation of the ranks of two series of equal length; undefined where one does not vary. */
export function spearmanCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  return pearsonCorrelation(meanRanks(a), meanRanks(b));
}

/** Rank of each value counted from 1; equal values share the mean of their ranks. */
export function meanRanks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, index) => index).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
