import { logSoftmax } from './log-softmax';
import type { Loss } from './loss';

export interface CrossEntropyOptions {
  /** Probability mass spread evenly over all labels (Szegedy et al. 2016). */
  labelSmoothing: number;
  /** Weight of each label; the mean is weighted, as in PyTorch. */
  classWeights?: Float32Array;
  /** Focusing exponent (Lin et al. 2017); 0 is plain cross-entropy. */
  focalGamma: number;
}

/**
 * Cross-entropy of a softmax, `-Σ q log p`, with `q` the smoothed target; or the focal loss `-(1 - p_t)^γ log p_t`.
 * Gradients: `p - q`; and for the focal loss `f · (p_j - [j = t])` with
 * `f = (1 - p_t)^γ - γ p_t (1 - p_t)^(γ-1) log p_t`. Label smoothing does not combine with focusing.
 */
export function crossEntropy({ labelSmoothing, classWeights, focalGamma }: CrossEntropyOptions): Loss {
  const weightOf = (label: number): number => classWeights?.[label] ?? 1;
  return {
    weight(targets, rows) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += weightOf(targets[row]);
      return sum;
    },
    evaluate(logits, targets, rows, totalWeight) {
      const labels = logits.length / rows;
      const gradient = new Float32Array(logits.length);
      const logProbabilities = new Float64Array(labels);
      let loss = 0;
      for (let row = 0; row < rows; row++) {
        const start = row * labels;
        logSoftmax(logits, start, logProbabilities);
        const target = targets[row];
        const weight = weightOf(target) / totalWeight;
        loss +=
          focalGamma > 0
            ? focalRow(logProbabilities, target, weight, focalGamma, gradient, start)
            : smoothedRow(logProbabilities, target, weight, labelSmoothing, gradient, start, weightOf, totalWeight);
      }
      return { loss, gradient };
    },
  };
}

function smoothedRow(
  logProbabilities: Float64Array,
  target: number,
  weight: number,
  smoothing: number,
  gradient: Float32Array,
  start: number,
  weightOf: (label: number) => number,
  totalWeight: number,
): number {
  const labels = logProbabilities.length;
  let loss = -(1 - smoothing) * weight * logProbabilities[target];
  let mass = (1 - smoothing) * weight;
  if (smoothing > 0) {
    for (let label = 0; label < labels; label++) {
      const share = (smoothing / labels) * (weightOf(label) / totalWeight);
      loss -= share * logProbabilities[label];
      mass += share;
      gradient[start + label] = -share;
    }
  }
  for (let label = 0; label < labels; label++) gradient[start + label] += mass * Math.exp(logProbabilities[label]);
  gradient[start + target] -= (1 - smoothing) * weight;
  return loss;
}

function focalRow(
  logProbabilities: Float64Array,
  target: number,
  weight: number,
  gamma: number,
  gradient: Float32Array,
  start: number,
): number {
  const logTarget = logProbabilities[target];
  const probability = Math.exp(logTarget);
  const rest = 1 - probability;
  const focus = Math.pow(rest, gamma);
  const factor = focus - (rest > 0 ? gamma * probability * Math.pow(rest, gamma - 1) * logTarget : 0);
  for (let label = 0; label < logProbabilities.length; label++)
    gradient[start + label] = weight * factor * Math.exp(logProbabilities[label]);
  gradient[start + target] -= weight * factor;
  return -weight * focus * logTarget;
}
