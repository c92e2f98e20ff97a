import { logSoftmax } from './log-softmax';
import type { Loss } from './loss';

/**
 * R-Drop (Liang et al. 2021): each row goes through the network twice, with masks of dropout of its own each time, and the two
 * predictions are pulled together: `½ (CE₁ + CE₂) + α/4 · (KL(p₁‖p₂) + KL(p₂‖p₁))`, a mean over rows.
 *
 * Takes batches whose second half repeats the first. With `d = log p₁ - log p₂` the divergences add up to `f = Σ (p₁ - p₂) d`,
 * and `∂f/∂z₁ = p₁ (d - Σ p₁ d) + (p₁ - p₂)`, `∂f/∂z₂ = -p₂ (d - Σ p₂ d) + (p₂ - p₁)`.
 */
export function rDrop(base: Loss, alpha: number): Loss {
  return {
    weight: (targets, rows) => base.weight(targets, rows),
    evaluate(logits, targets, rows, totalWeight) {
      const { loss, gradient } = base.evaluate(logits, targets, rows, totalWeight);
      const pairs = rows / 2;
      const labels = logits.length / rows;
      // The weight counts both halves: twice the rows of the mean.
      const factor = alpha / (2 * totalWeight);
      let divergence = 0;
      for (let pair = 0; pair < pairs; pair++) {
        divergence += addDivergence(logits, gradient, pair * labels, (pairs + pair) * labels, labels, factor);
      }
      return { loss: loss + factor * divergence, gradient };
    },
  };
}

/** Adds the gradient of one pair's divergences, and gives their sum. */
function addDivergence(
  logits: Float32Array,
  gradient: Float32Array,
  first: number,
  second: number,
  labels: number,
  factor: number,
): number {
  const one = logProbabilities(logits, first, labels);
  const two = logProbabilities(logits, second, labels);
  let meanOne = 0;
  let meanTwo = 0;
  for (let j = 0; j < labels; j++) {
    meanOne += Math.exp(one[j]) * (one[j] - two[j]);
    meanTwo += Math.exp(two[j]) * (one[j] - two[j]);
  }
  for (let j = 0; j < labels; j++) {
    const p = Math.exp(one[j]);
    const q = Math.exp(two[j]);
    const difference = one[j] - two[j];
    gradient[first + j] += factor * (p * (difference - meanOne) + p - q);
    gradient[second + j] += factor * (-q * (difference - meanTwo) + q - p);
  }
  return meanOne - meanTwo;
}

function logProbabilities(logits: Float32Array, start: number, labels: number): Float64Array {
  const row = new Float64Array(labels);
  logSoftmax(logits, start, row);
  return row;
}
