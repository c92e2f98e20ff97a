/**
 * Softmax of each row of logits divided by the temperature, `[rows × classes]`, computed in float64.
 */
export function softmaxRows(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  const probabilities = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let largest = -Infinity;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, logits[i]);
    let sum = 0;
    for (let i = start; i < start + classes; i++) {
      probabilities[i] = Math.exp((logits[i] - largest) / temperature);
      sum += probabilities[i];
    }
    for (let i = start; i < start + classes; i++) probabilities[i] /= sum;
  }
  return probabilities;
}

/** Sigmoid of each logit divided by the temperature, computed in float64. */
export function sigmoids(logits: ArrayLike<number>, temperature = 1): Float64Array {
  return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit / temperature)));
}

/** Index of the largest value of each row, `[rows]`; of equal ones the first. */
export function argmaxRows(values: ArrayLike<number>, columns: number): Int32Array {
  const best = new Int32Array(values.length / columns);
  for (let row = 0; row < best.length; row++) {
    for (let column = 1; column < columns; column++) {
      if (values[row * columns + column] > values[row * columns + best[row]]) best[row] = column;
    }
  }
  return best;
}

/** Mean cross-entropy of the rows in nats, with logits divided by the temperature. */
export function meanCrossEntropy(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number, temperature = 1): number {
  let total = 0;
  for (let row = 0; row < targets.length; row++) {
    const start = row * classes;
    let largest = -Infinity;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, logits[i]);
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += Math.exp((logits[i] - largest) / temperature);
    total += Math.log(sum) + (largest - logits[start + targets[row]]) / temperature;
  }
  return total / targets.length;
}

/** Mean binary cross-entropy in nats over all rows and labels, with logits divided by the temperature. */
export function meanBinaryCrossEntropy(logits: ArrayLike<number>, targets: ArrayLike<number>, temperature = 1): number {
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] / temperature;
    total += Math.max(logit, 0) - logit * targets[i] + Math.log1p(Math.exp(-Math.abs(logit)));
  }
  return total / logits.length;
}
