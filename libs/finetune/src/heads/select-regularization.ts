import { meanBinaryCrossEntropy, meanCrossEntropy } from '../evaluation/probabilities';
import { regressionMetrics } from '../evaluation/regression-metrics';
import { LogisticRegressionProblem, totalVariance, type LinearLayer, type LogisticRegressionOptions } from './logistic-regression';
import { multiplyTransposed, type ProductWithTransposed } from './matrix-product';
import { fitRidgeRegression } from './ridge-regression';

/**
 * Strengths that are tried, from strong to weak, relative to the features' total variance: features of any scale then have
 * their best strength at about the same place (3e-6 on BANKING77 for mean-pooled and pooler features alike).
 */
const RELATIVE_L2_GRID: readonly number[] = [1e-3, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 1e-7];

/** Largest component of the gradient, for features of total variance 1, when strengths are compared and at the end. */
const COMPARING_TOLERANCE = 1e-5;
const FINAL_TOLERANCE = 1e-6;

/** Features of labelled rows. */
export interface FeatureRows {
  /** `[rows × width]` */
  features: Float32Array;
  rows: number;
  /** `[rows]` class indices or numbers, or `[rows × outputs]` 0 or 1. */
  targets: ArrayLike<number>;
}

export interface SelectionOptions extends Pick<LogisticRegressionOptions, 'maxIterations' | 'rowWeights' | 'matmul' | 'intercept'> {
  task: 'classification' | 'multi-label' | 'regression';
  width: number;
  outputs: number;
  /** Strengths to try, from strong to weak, relative to the features' total variance. */
  grid?: readonly number[];
}

export interface SelectedLayer extends LinearLayer {
  /** The strength that was chosen. */
  l2: number;
  /** The same, relative to the features' total variance. */
  relativeL2: number;
  /** Its mean loss on the validation rows. */
  validationLoss: number;
}

/** A fit of the training rows with a strength that is relative to their features' total variance. */
type Fit = (relativeL2: number, tolerance: number, initial?: LinearLayer) => LinearLayer & { l2: number };

/**
 * Fits the linear layer of a task for each strength of the penalty, each from the solution of the one before, until the loss
 * on validation rows rises; the best one is then fitted until it converges.
 */
export function fitWithSelectedL2(train: FeatureRows, validation: FeatureRows, options: SelectionOptions): SelectedLayer {
  const fit = fitter(train, options);
  let best: { relativeL2: number; layer: LinearLayer; validationLoss: number } | undefined;
  for (const relativeL2 of options.grid ?? RELATIVE_L2_GRID) {
    const layer = fit(relativeL2, COMPARING_TOLERANCE, best?.layer);
    const validationLoss = lossOf(layer, validation, options);
    if (best && !(validationLoss < best.validationLoss)) break;
    best = { relativeL2, layer, validationLoss };
  }
  if (!best) throw new RangeError('The grid of strengths is empty.');
  const { weight, bias, l2 } = fit(best.relativeL2, FINAL_TOLERANCE, best.layer);
  return { weight, bias, l2, relativeL2: best.relativeL2, validationLoss: lossOf({ weight, bias }, validation, options) };
}

function fitter({ features, rows, targets }: FeatureRows, options: SelectionOptions): Fit {
  const { task, width, outputs, rowWeights, matmul, maxIterations, intercept } = options;
  const link = task === 'multi-label' ? 'sigmoid' : 'softmax';
  if (task === 'regression') {
    const variance = totalVariance(features, width);
    return (relativeL2) => {
      const l2 = relativeL2 * variance;
      return { ...fitRidgeRegression(features, rows, width, targets, { l2, matmul, intercept }), l2 };
    };
  }
  const problem = new LogisticRegressionProblem(features, rows, width, targets, outputs, { link, rowWeights, matmul, intercept });
  return (relativeL2, tolerance, initial) => {
    const l2 = relativeL2 * problem.totalVariance;
    return { ...problem.fit({ l2, initial, tolerance: tolerance * Math.sqrt(problem.totalVariance), maxIterations }), l2 };
  };
}

function lossOf(layer: LinearLayer, { features, rows, targets }: FeatureRows, { task, width, outputs, matmul }: SelectionOptions): number {
  const values = applyLinear(layer, features, rows, width, matmul);
  if (task === 'classification') return meanCrossEntropy(values, targets, outputs);
  return task === 'multi-label' ? meanBinaryCrossEntropy(values, targets) : regressionMetrics(values, targets).mse;
}

/** Outputs `[rows × outputs]` of a linear layer on features `[rows × width]`. */
export function applyLinear(
  { weight, bias }: LinearLayer,
  features: Float32Array,
  rows: number,
  width: number,
  matmul: ProductWithTransposed = multiplyTransposed,
): Float32Array {
  const outputs = bias.length;
  const values = matmul(features, weight, rows, outputs, width);
  for (let i = 0; i < values.length; i++) values[i] += bias[i % outputs];
  return values;
}
