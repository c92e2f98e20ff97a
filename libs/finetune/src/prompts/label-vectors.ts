/** Divides each row of `[rows × width]` by its Euclidean length, in place; a row of zeros stays. */
export function normalizeRows(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, i) => (row[i] = value / length));
  }
  return values;
}

/**
 * One vector a label: the mean of the normalised embeddings of its texts, normalised again, so that a text's cosine with it is in
 * proportion to its mean cosine with them (Radford et al. 2021 average prompts in this way).
 *
 * @param embeddings `[texts × width]`, the texts of the first label before those of the second, and so on; of any length
 * @param counts texts of each label
 * @returns `[labels × width]`
 */
export function labelVectors(embeddings: Float32Array, counts: readonly number[], width: number): Float32Array {
  const units = normalizeRows(Float32Array.from(embeddings), width);
  const vectors = new Float32Array(counts.length * width);
  let text = 0;
  counts.forEach((count, label) => {
    for (const end = text + count; text < end; text++) {
      for (let i = 0; i < width; i++) vectors[label * width + i] += units[text * width + i];
    }
  });
  return normalizeRows(vectors, width);
}
