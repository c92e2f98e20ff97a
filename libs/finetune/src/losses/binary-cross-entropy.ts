import type { Loss } from './loss';

/**
 * Mean over rows and labels of the cross-entropy of each label's sigmoid, `log(1 + e^z) - t z`; gradient `σ(z) - t`.
 * `classWeights` weigh the labels' terms.
 */
export function binaryCrossEntropy(classWeights?: Float32Array): Loss {
  return {
    weight: (targets) => targets.length,
    evaluate(logits, targets, rows, totalWeight) {
      const labels = logits.length / rows;
      const gradient = new Float32Array(logits.length);
      let loss = 0;
      for (let i = 0; i < logits.length; i++) {
        const z = logits[i];
        const weight = (classWeights?.[i % labels] ?? 1) / totalWeight;
        loss += weight * (Math.max(z, 0) - z * targets[i] + Math.log1p(Math.exp(-Math.abs(z))));
        gradient[i] = weight * (1 / (1 + Math.exp(-z)) - targets[i]);
      }
      return { loss, gradient };
    },
  };
}
