import { minimizeLbfgs } from './lbfgs';
import { multiplyTransposed, transpose, type ProductWithTransposed } from './matrix-product';

/** A linear output layer. */
export interface LinearLayer {
  /** `[classes × width]` */
  weight: Float32Array;
  /** `[classes]` */
  bias: Float32Array;
}

export interface LogisticRegressionOptions {
  /**
   * Strength λ of the penalty λ/2 ‖W‖² beside the mean loss; scikit-learn's C is 1 / (λ × rows). For two classes with the
   * softmax link, whose two weight vectors share the work that scikit-learn's one vector does, it is 2 / (λ × rows).
   */
  l2: number;
  /** `softmax`: one class a row; `sigmoid`: every column a yes or no of its own. */
  link?: 'softmax' | 'sigmoid';
  /** Stops where no component of the gradient is larger; default 1e-4, scikit-learn's. */
  tolerance?: number;
  maxIterations?: number;
  /** Where to start; a solution for another λ is a good place. */
  initial?: LinearLayer;
  /** Weight of each row's loss, `[rows]`. */
  rowWeights?: ArrayLike<number>;
  /** Whether there is a bias; default yes. */
  intercept?: boolean;
  /** The matrix product; default the one in plain TypeScript. */
  matmul?: ProductWithTransposed;
}

export interface LogisticRegressionFit extends LinearLayer {
  iterations: number;
  /** Mean loss in nats with the penalty. */
  loss: number;
  converged: boolean;
}

/**
 * Logistic regression fitted until it converges: multinomial, or one yes-or-no regression a column. The objective is
 * scikit-learn's: mean loss + λ/2 ‖W‖², biases not penalised.
 *
 * @param features `[rows × width]`
 * @param targets `[rows]` class indices, or `[rows × classes]` 0 or 1 with the sigmoid link
 */
export function fitLogisticRegression(
  features: Float32Array,
  rows: number,
  width: number,
  targets: ArrayLike<number>,
  classes: number,
  options: LogisticRegressionOptions,
): LogisticRegressionFit {
  return new LogisticRegressionProblem(features, rows, width, targets, classes, options).fit(options);
}

/**
 * The rows of a logistic regression with what is computed from them once, to be fitted with several strengths.
 *
 * Features are centred, without a copy: the mean of encoder features is large, and beside it L-BFGS would need many more
 * passes over the rows. (A preconditioner from the features' covariance was measured and needs more of them, not fewer.)
 */
export class LogisticRegressionProblem {
  private readonly link: 'softmax' | 'sigmoid';
  private readonly matmul: ProductWithTransposed;
  private readonly intercept: boolean;
  private readonly featuresTransposed: Float32Array;
  private readonly mean: Float64Array;
  /** Mean squared distance of the rows' features from their mean: the scale against which a penalty is strong or weak. */
  readonly totalVariance: number;
  /** `[rows]`, summing to 1. */
  private readonly rowWeights: Float64Array;

  constructor(
    private readonly features: Float32Array,
    private readonly rows: number,
    private readonly width: number,
    private readonly targets: ArrayLike<number>,
    private readonly classes: number,
    options: Pick<LogisticRegressionOptions, 'link' | 'matmul' | 'rowWeights' | 'intercept'> = {},
  ) {
    this.link = options.link ?? 'softmax';
    this.matmul = options.matmul ?? multiplyTransposed;
    this.rowWeights = normalizedWeights(rows, options.rowWeights);
    this.featuresTransposed = transpose(features, rows, width);
    this.intercept = options.intercept ?? true;
    // A bias takes up what centring takes away; without one the features stay where they are.
    this.mean = this.intercept ? columnMeans(features, rows, width) : new Float64Array(width);
    this.totalVariance = totalVariance(features, width);
  }

  fit({ l2, tolerance = 1e-4, maxIterations = 500, initial }: LogisticRegressionOptions): LogisticRegressionFit {
    const { classes, width } = this;
    const parameters = this.startingPoint(initial);
    const result = minimizeLbfgs((point, gradient) => this.lossAndGradient(point, gradient, l2), parameters, {
      tolerance,
      maxIterations,
    });
    const weight = Float32Array.from(parameters.subarray(0, classes * width));
    const bias = new Float32Array(classes);
    for (let k = 0; k < classes; k++) bias[k] = parameters[classes * width + k] - this.meanScore(parameters, k);
    return { weight, bias, iterations: result.iterations, loss: result.value, converged: result.converged };
  }

  /** Weights, then the scores of the mean row: the biases of centred features. */
  private startingPoint(initial: LinearLayer | undefined): Float64Array {
    const { classes, width } = this;
    const point = new Float64Array(classes * (width + 1));
    if (!initial) return point;
    point.set(initial.weight);
    for (let k = 0; k < classes; k++) point[classes * width + k] = initial.bias[k] + this.meanScore(point, k);
    return point;
  }

  private meanScore(parameters: Float64Array, k: number): number {
    let score = 0;
    for (let j = 0; j < this.width; j++) score += parameters[k * this.width + j] * this.mean[j];
    return score;
  }

  private lossAndGradient(point: Float64Array, gradient: Float64Array, l2: number): number {
    const { classes, width, rows } = this;
    const weights = Float32Array.from(point.subarray(0, classes * width));
    const logits = this.matmul(this.features, weights, rows, classes, width);
    const shift = Float64Array.from({ length: classes }, (_, k) => point[classes * width + k] - this.meanScore(point, k));
    let loss = this.link === 'softmax' ? this.softmaxResiduals(logits, shift) : this.sigmoidResiduals(logits, shift);
    const residuals = transpose(logits, rows, classes);
    const product = this.matmul(residuals, this.featuresTransposed, classes, width, rows);
    for (let k = 0; k < classes; k++) {
      let residualSum = 0;
      for (let row = 0; row < rows; row++) residualSum += residuals[k * rows + row];
      gradient[classes * width + k] = this.intercept ? residualSum : 0;
      for (let j = 0; j < width; j++) {
        const i = k * width + j;
        gradient[i] = product[i] - residualSum * this.mean[j] + l2 * point[i];
        loss += 0.5 * l2 * point[i] * point[i];
      }
    }
    return loss;
  }

  /** Replaces the logits by the loss's derivative in them; returns the mean loss. */
  private softmaxResiduals(logits: Float32Array, shift: Float64Array): number {
    const { classes, rows, targets, rowWeights } = this;
    const scores = new Float64Array(classes);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = row * classes;
      let largest = -Infinity;
      for (let k = 0; k < classes; k++) {
        scores[k] = logits[start + k] + shift[k];
        largest = Math.max(largest, scores[k]);
      }
      const targetScore = scores[targets[row]];
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += scores[k] = Math.exp(scores[k] - largest);
      loss += rowWeights[row] * (Math.log(sum) + largest - targetScore);
      const scale = rowWeights[row] / sum;
      for (let k = 0; k < classes; k++) logits[start + k] = scale * scores[k];
      logits[start + targets[row]] -= rowWeights[row];
    }
    return loss;
  }

  /** Replaces the logits by the loss's derivative in them; returns the mean over rows of the losses' sum over columns. */
  private sigmoidResiduals(logits: Float32Array, shift: Float64Array): number {
    const { classes, rows, targets, rowWeights } = this;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < classes; k++) {
        const i = row * classes + k;
        const score = logits[i] + shift[k];
        loss += rowWeights[row] * (Math.max(score, 0) - score * targets[i] + Math.log1p(Math.exp(-Math.abs(score))));
        logits[i] = rowWeights[row] * (1 / (1 + Math.exp(-score)) - targets[i]);
      }
    }
    return loss;
  }
}

function normalizedWeights(rows: number, weights: ArrayLike<number> | undefined): Float64Array {
  if (!weights) return new Float64Array(rows).fill(1 / rows);
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += weights[row];
  return Float64Array.from(weights, (weight) => weight / sum);
}

/** Mean of each column of `[rows × width]`. */
export function columnMeans(features: Float32Array, rows: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = 0; row < rows; row++) for (let j = 0; j < width; j++) mean[j] += features[row * width + j];
  return mean.map((sum) => sum / rows);
}

/** Mean squared distance of the rows of `[rows × width]` from their mean. */
export function totalVariance(features: Float32Array, width: number): number {
  const rows = features.length / width;
  const mean = columnMeans(features, rows, width);
  let sum = 0;
  for (let i = 0; i < features.length; i++) sum += (features[i] - mean[i % width]) ** 2;
  return sum / rows;
}
