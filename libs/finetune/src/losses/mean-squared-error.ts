import type { Loss } from './loss';

/** Mean of `(y - t)²`; gradient `2 (y - t)`. */
export function meanSquaredError(): Loss {
  return {
    weight: (targets) => targets.length,
    evaluate(outputs, targets, _rows, totalWeight) {
      const gradient = new Float32Array(outputs.length);
      let loss = 0;
      for (let i = 0; i < outputs.length; i++) {
        const difference = outputs[i] - targets[i];
        loss += (difference * difference) / totalWeight;
        gradient[i] = (2 * difference) / totalWeight;
      }
      return { loss, gradient };
    },
  };
}
