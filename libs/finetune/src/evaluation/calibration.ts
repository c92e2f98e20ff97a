import { argmaxRows } from './probabilities';

/** Bins of equal width on [0, 1], the number of Guo et al. 2017. */
const DEFAULT_BINS = 15;
const SMALLEST_TEMPERATURE = 0.05;
const LARGEST_TEMPERATURE = 20;

/**
 * Expected calibration error (Naeini et al. 2015; Guo et al. 2017): rows are binned by the probability of their most
 * probable class; the mean over rows of |accuracy − confidence| of their bin.
 *
 * @param probabilities `[rows × classes]`
 * @param targets `[rows]` class indices
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  classes: number,
  bins = DEFAULT_BINS,
): number {
  const best = argmaxRows(probabilities, classes);
  const confidence = Float64Array.from(best, (column, row) => probabilities[row * classes + column]);
  const right = Uint8Array.from(best, (column, row) => (column === targets[row] ? 1 : 0));
  return binnedError(confidence, right, bins);
}

/**
 * Calibration error of independent yes-or-no probabilities: |share of positives − mean probability|, over bins of the
 * probability itself, all labels together.
 *
 * @param probabilities `[rows × labels]`
 * @param targets `[rows × labels]` 0 or 1
 */
export function binaryCalibrationError(probabilities: ArrayLike<number>, targets: ArrayLike<number>, bins = DEFAULT_BINS): number {
  return binnedError(probabilities, targets, bins);
}

function binnedError(probabilities: ArrayLike<number>, outcomes: ArrayLike<number>, bins: number): number {
  const difference = new Float64Array(bins);
  for (let i = 0; i < probabilities.length; i++) {
    // Bins are open on the left and closed on the right, as in Guo et al.; 0 falls in the first.
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(probabilities[i] * bins) - 1));
    difference[bin] += outcomes[i] - probabilities[i];
  }
  return difference.reduce((sum, value) => sum + Math.abs(value), 0) / probabilities.length;
}

/**
 * The temperature that minimises the cross-entropy of `logits / temperature` (Guo et al. 2017), within [0.05, 20].
 * The cross-entropy is convex in 1 / temperature, so Newton's steps, kept inside a shrinking bracket, always find it.
 * Fit it on validation rows.
 *
 * @param logits `[rows × classes]`
 * @param targets `[rows]` class indices
 */
export function fitTemperature(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number): number {
  return minimizeByInverseTemperature((inverse) => {
    let slope = 0;
    let curvature = 0;
    for (let row = 0; row < targets.length; row++) {
      const start = row * classes;
      let largest = -Infinity;
      for (let i = start; i < start + classes; i++) largest = Math.max(largest, logits[i]);
      let sum = 0;
      let first = 0;
      let second = 0;
      for (let i = start; i < start + classes; i++) {
        const centred = logits[i] - largest;
        const weight = Math.exp(centred * inverse);
        sum += weight;
        first += weight * centred;
        second += weight * centred * centred;
      }
      const mean = first / sum;
      slope += mean - (logits[start + targets[row]] - largest);
      curvature += second / sum - mean * mean;
    }
    return { slope, curvature };
  });
}

/**
 * {@link fitTemperature} for independent yes-or-no logits: one temperature for all labels.
 *
 * @param logits `[rows × labels]`
 * @param targets `[rows × labels]` 0 or 1
 */
export function fitBinaryTemperature(logits: ArrayLike<number>, targets: ArrayLike<number>): number {
  return minimizeByInverseTemperature((inverse) => {
    let slope = 0;
    let curvature = 0;
    for (let i = 0; i < logits.length; i++) {
      const probability = 1 / (1 + Math.exp(-logits[i] * inverse));
      slope += logits[i] * (probability - targets[i]);
      curvature += logits[i] * logits[i] * probability * (1 - probability);
    }
    return { slope, curvature };
  });
}

/** Finds where the slope of a convex function of 1 / temperature is 0; at an end of the range where it is nowhere 0. */
function minimizeByInverseTemperature(derivatives: (inverse: number) => { slope: number; curvature: number }): number {
  let low = 1 / LARGEST_TEMPERATURE;
  let high = 1 / SMALLEST_TEMPERATURE;
  let inverse = 1;
  for (let iteration = 0; iteration < 100; iteration++) {
    const { slope, curvature } = derivatives(inverse);
    // Logits that are all equal, or not numbers, say nothing about their scale.
    if (!Number.isFinite(slope) || (slope === 0 && curvature === 0)) return 1;
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    const change = Math.abs(next - inverse);
    inverse = next;
    if (change <= 1e-12 * inverse) break;
  }
  return 1 / inverse;
}
