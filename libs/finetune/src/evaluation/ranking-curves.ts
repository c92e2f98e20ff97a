/** Areas under the two curves of a ranking; absent where the rows cannot give them. */
export interface RankingAreas {
  /**
   * Area under the ROC curve: the probability that a positive row scores above a negative one, ties counting half
   * (Mann and Whitney 1947). Needs rows of both kinds.
   */
  roc?: number;
  /**
   * Area under the precision-recall curve as average precision: the sum over thresholds of (recall gained × precision),
   * without interpolation, as in scikit-learn. Needs a positive row.
   */
  precisionRecall?: number;
}

/**
 * Areas under the curves of one ranking.
 *
 * @param scores `[rows]`, larger is more positive
 * @param positive `[rows]` 1 for positive rows, 0 for negative ones
 */
export function rankingAreas(scores: ArrayLike<number>, positive: ArrayLike<number>): RankingAreas {
  const order = Uint32Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  let positives = 0;
  let negatives = 0;
  let misordered = 0;
  let precisionSum = 0;
  let at = 0;
  while (at < order.length) {
    // Rows of equal scores come together: no order among them is better than another.
    const score = scores[order[at]];
    let tiedPositives = 0;
    let tiedNegatives = 0;
    do {
      if (positive[order[at]] > 0) tiedPositives++;
      else tiedNegatives++;
      at++;
    } while (at < order.length && scores[order[at]] === score);
    misordered += tiedPositives * (negatives + tiedNegatives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
    precisionSum += tiedPositives * (positives / (positives + negatives));
  }
  return {
    ...(positives > 0 && negatives > 0 ? { roc: 1 - misordered / (positives * negatives) } : {}),
    ...(positives > 0 ? { precisionRecall: precisionSum / positives } : {}),
  };
}

/** Areas of several rankings as one: their mean, and their mean weighted by positive rows. */
export interface AveragedAreas {
  macro: RankingAreas;
  weighted: RankingAreas;
}

/**
 * Averages the areas of the columns, each over the columns that have it.
 *
 * @param scores `[rows × columns]`
 * @param positive `[rows × columns]` 0 or 1
 */
export function averageRankingAreas(scores: ArrayLike<number>, positive: ArrayLike<number>, columns: number): AveragedAreas {
  const rows = scores.length / columns;
  const columnScores = new Float64Array(rows);
  const columnPositive = new Uint8Array(rows);
  const measured = Array.from({ length: columns }, (_, column) => {
    let positives = 0;
    for (let row = 0; row < rows; row++) {
      columnScores[row] = scores[row * columns + column];
      columnPositive[row] = positive[row * columns + column];
      positives += columnPositive[row];
    }
    return { positives, areas: rankingAreas(columnScores, columnPositive) };
  });
  const average = (name: keyof RankingAreas, weightOf: (positives: number) => number): number | undefined => {
    const defined = measured.flatMap(({ positives, areas }) => {
      const value = areas[name];
      return value === undefined ? [] : [{ value, weight: weightOf(positives) }];
    });
    const weightSum = defined.reduce((sum, { weight }) => sum + weight, 0);
    return weightSum === 0 ? undefined : defined.reduce((sum, { value, weight }) => sum + value * weight, 0) / weightSum;
  };
  const averages = (weightOf: (positives: number) => number): RankingAreas => ({
    roc: average('roc', weightOf),
    precisionRecall: average('precisionRecall', weightOf),
  });
  return { macro: averages(() => 1), weighted: averages((positives) => positives) };
}

/** `[rows × classes]` 0 or 1: the one-vs-rest view of class indices. */
export function oneHot(targets: ArrayLike<number>, classes: number): Uint8Array {
  const matrix = new Uint8Array(targets.length * classes);
  for (let row = 0; row < targets.length; row++) matrix[row * classes + targets[row]] = 1;
  return matrix;
}
