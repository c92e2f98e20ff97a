/** How the one-vs-rest values of several classes become one. */
export type ClassAverage = 'macro' | 'weighted';

/**
 * Area under the ROC curve: the probability that a positive row scores above a negative one, ties counting half
 * (Mann and Whitney 1947). Undefined unless both kinds of rows are there.
 *
 * @param scores `[rows]`, larger is more positive
 * @param positive `[rows]` 1 for positive rows, 0 for negative ones
 */
export function rocAuc(scores: ArrayLike<number>, positive: ArrayLike<number>): number | undefined {
  let positives = 0;
  let negativesAbove = 0;
  let misordered = 0;
  for (const group of tiedGroups(scores, positive)) {
    misordered += group.positives * (negativesAbove + group.negatives / 2);
    positives += group.positives;
    negativesAbove += group.negatives;
  }
  if (positives === 0 || negativesAbove === 0) return undefined;
  return 1 - misordered / (positives * negativesAbove);
}

/**
 * Area under the precision-recall curve as average precision: the sum over thresholds of (recall gained × precision),
 * without interpolation, as in scikit-learn. Undefined without positive rows.
 *
 * @param scores `[rows]`, larger is more positive
 * @param positive `[rows]` 1 for positive rows, 0 for negative ones
 */
export function averagePrecision(scores: ArrayLike<number>, positive: ArrayLike<number>): number | undefined {
  let truePositives = 0;
  let retrieved = 0;
  let sum = 0;
  for (const group of tiedGroups(scores, positive)) {
    truePositives += group.positives;
    retrieved += group.positives + group.negatives;
    sum += group.positives * (truePositives / retrieved);
  }
  return truePositives === 0 ? undefined : sum / truePositives;
}

/**
 * A binary measure of each column of `scores`, averaged over the columns where it is defined; undefined where it is in none.
 *
 * @param measure {@link rocAuc} or {@link averagePrecision}
 * @param scores `[rows × columns]`
 * @param positive `[rows × columns]` 0 or 1
 * @param average `weighted` weighs a column by its positive rows
 */
export function averageOverColumns(
  measure: (scores: ArrayLike<number>, positive: ArrayLike<number>) => number | undefined,
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  columns: number,
  average: ClassAverage,
): number | undefined {
  const rows = scores.length / columns;
  const columnScores = new Float64Array(rows);
  const columnPositive = new Uint8Array(rows);
  let sum = 0;
  let weightSum = 0;
  for (let column = 0; column < columns; column++) {
    let positives = 0;
    for (let row = 0; row < rows; row++) {
      columnScores[row] = scores[row * columns + column];
      columnPositive[row] = positive[row * columns + column];
      positives += columnPositive[row];
    }
    const value = measure(columnScores, columnPositive);
    if (value === undefined) continue;
    const weight = average === 'weighted' ? positives : 1;
    sum += value * weight;
    weightSum += weight;
  }
  return weightSum === 0 ? undefined : sum / weightSum;
}

/** `[rows × classes]` 0 or 1: the one-vs-rest view of class indices. */
export function oneHot(targets: ArrayLike<number>, classes: number): Uint8Array {
  const matrix = new Uint8Array(targets.length * classes);
  for (let row = 0; row < targets.length; row++) matrix[row * classes + targets[row]] = 1;
  return matrix;
}

/** Rows of one score, from the largest score down. */
function* tiedGroups(scores: ArrayLike<number>, positive: ArrayLike<number>): Generator<{ positives: number; negatives: number }> {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  let at = 0;
  while (at < order.length) {
    const score = scores[order[at]];
    const group = { positives: 0, negatives: 0 };
    do {
      if (positive[order[at]] > 0) group.positives++;
      else group.negatives++;
      at++;
    } while (at < order.length && scores[order[at]] === score);
    yield group;
  }
}
