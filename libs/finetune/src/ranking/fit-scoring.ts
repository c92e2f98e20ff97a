import { minimizeLbfgs } from '../heads/lbfgs';

/** Rows by user: what the user took, and what not. */
export interface ScoringRows {
  /** `[rows × width]` */
  features: Float32Array;
  /** 1 where the item was taken. */
  labels: ArrayLike<number>;
  /** How many items of the catalogue a row stands for. */
  standsFor: ArrayLike<number>;
  /** First row of each user, and the number of rows at the end. */
  starts: readonly number[];
}

export interface ScoringOptions {
  names: readonly string[];
  /** Features whose weight may be below 0; the others are held to 0 and more, so that a score rises with each. */
  free: ReadonlySet<string>;
  loss: 'softmax' | 'bpr' | 'binary-cross-entropy';
  /** Weight of half the squared norm of the normalised weights. */
  l2: number;
}

/** A feature of a fitted scoring head. */
export interface FittedFeature {
  name: string;
  mean: number;
  deviation: number;
  weight: number;
}

/** Derivatives of a loss in the scores of one user's rows, and the loss. */
type UserLoss = (scores: Float64Array, labels: Float64Array, standsFor: Float64Array, slopes: Float64Array) => number;

/**
 * Fits a linear score, the mean over users of one of three losses:
 * - `softmax`: −log of the share of each item that was taken among itself and all that were not, these weighted by how many they stand for
 *   (sampled softmax with its correction: Jean et al. 2015);
 * - `bpr`: −log σ of each difference of an item that was taken and one that was not (Rendle et al. 2009);
 * - `binary-cross-entropy`: of each item by itself.
 *
 * A weight that must not be negative is the softplus of its parameter.
 */
export function fitScoring(rows: ScoringRows, options: ScoringOptions): FittedFeature[] {
  const { names, free, l2 } = options;
  const width = names.length;
  const scale = distribution(rows, width);
  const features = normalised(rows.features, width, scale);
  const isFree = names.map((name) => free.has(name));
  const loss = LOSSES[options.loss];
  const parameters = new Float64Array(width + 1);
  const weightOf = (point: Float64Array, at: number): number => (isFree[at] ? point[at] : softplus(point[at]));
  for (let at = 0; at < width; at++) if (!isFree[at]) parameters[at] = INITIAL;
  const users = rows.starts.length - 1;
  const scores = new Float64Array(rows.labels.length);
  const slopes = new Float64Array(rows.labels.length);
  const [labels, standsFor] = [Float64Array.from(rows.labels), Float64Array.from(rows.standsFor)];
  const ofUser = Array.from({ length: users }, (_, user) => {
    const [start, end] = [rows.starts[user], rows.starts[user + 1]];
    return [scores, labels, standsFor, slopes].map((values) => values.subarray(start, end));
  });
  minimizeLbfgs(
    (point, gradient) => {
      const weights = Float64Array.from({ length: width }, (_, at) => weightOf(point, at));
      const byWeight = new Float64Array(width);
      gradient[width] = 0;
      scoreAll(features, weights, point[width], scores);
      let value = ofUser.reduce((sum, [own, right, counts, derivatives]) => sum + loss(own, right, counts, derivatives) / users, 0);
      for (let row = 0; row < slopes.length; row++) {
        const slope = slopes[row] / users;
        gradient[width] += slope;
        for (let at = 0; at < width; at++) byWeight[at] += slope * features[row * width + at];
      }
      for (let at = 0; at < width; at++) {
        value += 0.5 * l2 * weights[at] ** 2;
        gradient[at] = (byWeight[at] + l2 * weights[at]) * (isFree[at] ? 1 : sigmoid(point[at]));
      }
      return value;
    },
    parameters,
    { tolerance: 1e-4, maxIterations: 100 },
  );
  return names.map((name, at) => ({ name, ...scale[at], weight: weightOf(parameters, at) }));
}

/** Where weights start: softplus of it is about 0.05. */
const INITIAL = -3;

const LOSSES: Record<ScoringOptions['loss'], UserLoss> = {
  softmax(scores, labels, standsFor, slopes) {
    let [positives, largest] = [0, -Infinity];
    for (let row = 0; row < scores.length; row++) {
      positives += labels[row];
      if (scores[row] > largest) largest = scores[row];
    }
    let others = 0;
    // The slopes hold the exponentials first.
    for (let row = 0; row < scores.length; row++) {
      slopes[row] = Math.exp(scores[row] - largest);
      if (labels[row] === 0) others += standsFor[row] * slopes[row];
    }
    let [loss, shared] = [0, 0];
    for (let row = 0; row < scores.length; row++) {
      if (labels[row] === 0) continue;
      const whole = others + slopes[row];
      loss += (Math.log(whole) - (scores[row] - largest)) / positives;
      shared += 1 / whole / positives;
      slopes[row] = (slopes[row] / whole - 1) / positives;
    }
    for (let row = 0; row < scores.length; row++) if (labels[row] === 0) slopes[row] *= standsFor[row] * shared;
    return loss;
  },
  bpr(scores, labels, standsFor, slopes) {
    slopes.fill(0);
    const positives = labels.reduce((sum, label) => sum + label, 0);
    const negatives = standsFor.reduce((sum, count, row) => sum + (labels[row] === 0 ? count : 0), 0);
    let loss = 0;
    for (let right = 0; right < scores.length; right++) {
      if (labels[right] === 0) continue;
      for (let wrong = 0; wrong < scores.length; wrong++) {
        if (labels[wrong] !== 0) continue;
        const share = standsFor[wrong] / (positives * negatives);
        const difference = scores[right] - scores[wrong];
        loss += share * softplus(-difference);
        const slope = share * sigmoid(-difference);
        slopes[right] -= slope;
        slopes[wrong] += slope;
      }
    }
    return loss;
  },
  'binary-cross-entropy'(scores, labels, standsFor, slopes) {
    const whole = standsFor.reduce((sum, count) => sum + count, 0);
    let loss = 0;
    scores.forEach((score, row) => {
      const share = standsFor[row] / whole;
      loss += share * (softplus(score) - labels[row] * score);
      slopes[row] = share * (sigmoid(score) - labels[row]);
    });
    return loss;
  },
};

/** Mean and deviation of each feature over the rows that stand for themselves: those that are hard to tell apart. */
function distribution({ features, standsFor }: ScoringRows, width: number): { mean: number; deviation: number }[] {
  const rows = [...Array(standsFor.length).keys()].filter((row) => standsFor[row] === 1);
  return Array.from({ length: width }, (_, at) => {
    const mean = rows.reduce((sum, row) => sum + features[row * width + at], 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (features[row * width + at] - mean) ** 2, 0) / rows.length;
    return variance > 0 ? { mean, deviation: Math.sqrt(variance) } : { mean: 0, deviation: 1 };
  });
}

function normalised(features: Float32Array, width: number, scale: readonly { mean: number; deviation: number }[]): Float32Array {
  return features.map((value, at) => (value - scale[at % width].mean) / scale[at % width].deviation);
}

function scoreAll(features: Float32Array, weights: Float64Array, offset: number, scores: Float64Array): void {
  const width = weights.length;
  for (let row = 0; row < scores.length; row++) {
    let score = offset;
    for (let at = 0; at < width; at++) score += weights[at] * features[row * width + at];
    scores[row] = score;
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
