/**
 * Counts of rows by true class (line) and predicted class (column), `[classes][classes]`, as in scikit-learn.
 *
 * @param targets `[rows]` class indices
 * @param predictions `[rows]` class indices
 */
export function confusionMatrix(targets: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < targets.length; row++) matrix[targets[row]][predictions[row]]++;
  return matrix;
}

/** A pair of classes that a model takes for each other. */
export interface Confusion {
  target: number;
  prediction: number;
  rows: number;
}

/** The most frequent mistakes of a confusion matrix, most frequent first. */
export function largestConfusions(matrix: readonly (readonly number[])[], limit: number): Confusion[] {
  const mistakes: Confusion[] = [];
  matrix.forEach((line, target) => {
    line.forEach((rows, prediction) => {
      if (rows > 0 && target !== prediction) mistakes.push({ target, prediction, rows });
    });
  });
  mistakes.sort((a, b) => b.rows - a.rows || a.target - b.target || a.prediction - b.prediction);
  return mistakes.slice(0, limit);
}
