/** Writes the log probabilities of the row of `logits` that begins at `start` into `result`, whose length is the number of labels. */
export function logSoftmax(logits: Float32Array, start: number, result: Float64Array): void {
  let largest = -Infinity;
  for (let i = 0; i < result.length; i++) largest = Math.max(largest, logits[start + i]);
  let sum = 0;
  for (let i = 0; i < result.length; i++) sum += Math.exp(logits[start + i] - largest);
  const normaliser = largest + Math.log(sum);
  for (let i = 0; i < result.length; i++) result[i] = logits[start + i] - normaliser;
}
