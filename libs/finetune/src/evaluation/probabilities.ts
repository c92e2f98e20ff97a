import { argmax, softmax } from '@attune/artifact';

/** {@link softmax} of each row of logits, `[rows × classes]`. */
export function softmaxRows(logits: ArrayLike<number>, classes: number, temperature = 1): Float64Array {
  const rows = Float64Array.from(logits);
  for (let start = 0; start < rows.length; start += classes) rows.set(softmax(rows.subarray(start, start + classes), temperature), start);
  return rows;
}

/** Index of the largest value of each row, `[rows]`; of equal ones the first. */
export function argmaxRows(values: ArrayLike<number>, columns: number): Int32Array {
  const all = Float64Array.from(values);
  return Int32Array.from({ length: all.length / columns }, (_, row) => argmax(all.subarray(row * columns, (row + 1) * columns)));
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
