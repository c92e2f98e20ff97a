import { softmax } from '@attune/artifact';
import type { StepLoss } from './task-losses';

/**
 * Cross-entropy against probabilities of another model, both softened by a temperature T (Hinton et al. 2015): the mean over rows of
 * `−T² Σ_k q_k log p_k`, `p = softmax(z / T)`, so that the gradient `T (p − q)` stays of one size whatever T. Targets are the
 * probabilities q, `[rows × labels]`.
 */
export function softCrossEntropy(labels: number, temperature: number): StepLoss {
  return {
    repeatsRows: false,
    weights: (_targets, rows) => [rows],
    evaluate(logits, targets, rows, [total]) {
      const gradient = new Float32Array(logits.length);
      let loss = 0;
      for (let row = 0; row < rows; row++) {
        const start = row * labels;
        const probabilities = softmax(logits.subarray(start, start + labels), temperature);
        for (let k = 0; k < labels; k++) {
          const wanted = targets[start + k];
          if (wanted > 0) loss -= (temperature * temperature * wanted * Math.log(Math.max(probabilities[k], 1e-30))) / total;
          gradient[start + k] = (temperature * (probabilities[k] - wanted)) / total;
        }
      }
      return { loss, gradient };
    },
  };
}
