/** Saturation of repeats and weight of a text's length: the values that Robertson and Zaragoza (2009) recommend. */
const K1 = 1.2;
const B = 0.75;

/** What a term adds to the score of a document that has it so often, beside documents of a mean length. */
export function contribution(weight: number, count: number, length: number, mean: number): number {
  return (weight * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / mean));
}
