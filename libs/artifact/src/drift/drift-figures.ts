/** Added to every count of a histogram, so that one that is empty on one side alone makes no infinite figure. */
const SMOOTHING = 0.5;

/**
 * Population stability index of two histograms over the same classes, less what it comes to where nothing has changed and both are samples:
 * about `(classes - 1)(1/n + 1/m)` (Yurdakul and Naranjo 2020). 0 is none; by custom 0.1 is some change, 0.25 much.
 */
export function stabilityIndex(counts: readonly number[], reference: readonly number[]): number {
  const [n, m] = [counts, reference].map((all) => all.reduce((sum, count) => sum + count, 0));
  if (n === 0 || m === 0 || counts.length < 2) return 0;
  const classes = counts.length;
  const share = (count: number, all: number): number => (count + SMOOTHING) / (all + SMOOTHING * classes);
  const index = counts.reduce((sum, count, at) => {
    const [now, before] = [share(count, n), share(reference[at], m)];
    return sum + (now - before) * Math.log(now / before);
  }, 0);
  return Math.max(0, index - (classes - 1) * (1 / n + 1 / m));
}

/** Vectors of length 1: how many, and their sum. */
export interface VectorSum {
  readonly rows: number;
  readonly sum: ArrayLike<number>;
}

/**
 * How far the middle of some texts lies from that of others, as a multiple of how far texts lie from their own middle. What two samples of the
 * same texts would come to is subtracted. 0 is none.
 *
 * Of vectors of length 1 the spread (the trace of their covariance) is what the length of their mean lacks to 1.
 */
export function embeddingShift(vectors: VectorSum, reference: VectorSum): number {
  if (vectors.rows === 0 || reference.rows === 0) return 0;
  const [now, before] = [vectors, reference].map(spreadOf);
  let distance = 0;
  for (let at = 0; at < reference.sum.length; at++) {
    distance += (vectors.sum[at] / vectors.rows - reference.sum[at] / reference.rows) ** 2;
  }
  const noise = now / vectors.rows + before / reference.rows;
  return before > 0 ? Math.sqrt(Math.max(0, distance - noise) / before) : 0;
}

/** Mean squared distance of vectors of length 1 from their mean, without the bias of a sample. */
function spreadOf({ rows, sum }: VectorSum): number {
  let squared = 0;
  for (let at = 0; at < sum.length; at++) squared += (sum[at] / rows) ** 2;
  const spread = Math.max(0, 1 - squared);
  return rows > 1 ? (spread * rows) / (rows - 1) : spread;
}
