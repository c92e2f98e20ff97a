/** Precision, recall and F1 of one class, or an average of them. */
export interface PrecisionRecall {
  precision: number;
  recall: number;
  f1: number;
  /** True rows of the class; for an average, of all classes in it. */
  support: number;
}

/** One line of a classification report. */
export interface ClassMetrics extends PrecisionRecall {
  label: string;
}

/** The averages over classes, as in scikit-learn's `classification_report`. */
export interface AveragedMetrics {
  micro: PrecisionRecall;
  macro: PrecisionRecall;
  weighted: PrecisionRecall;
}

/** What scikit-learn's `classification_report` holds. */
export interface ClassificationReport {
  perClass: ClassMetrics[];
  averages: AveragedMetrics;
  /** Share of rows whose class is right; with several labels a row, whose whole set is. */
  accuracy: number;
}

export interface ClassificationReportOptions {
  /** Value of a ratio whose denominator is 0. NaN leaves it out of the averages. */
  zeroDivision?: 0 | 1 | typeof NaN;
  /**
   * Classes in the report: those that occur among targets or predictions (scikit-learn's default), or all.
   * A report of several labels a row always holds all.
   */
  classes?: 'present' | 'all';
}

/** Counts of one class. */
interface Counts {
  truePositives: number;
  predicted: number;
  actual: number;
}

/**
 * Precision, recall and F1 per class and averaged (scikit-learn's `classification_report`).
 *
 * @param targets `[rows]` class indices
 * @param predictions `[rows]` class indices
 * @param labels names of the classes, in the order of the indices
 */
export function classificationReport(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  labels: readonly string[],
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const counts = labels.map((): Counts => ({ truePositives: 0, predicted: 0, actual: 0 }));
  let right = 0;
  for (let row = 0; row < targets.length; row++) {
    counts[targets[row]].actual++;
    counts[predictions[row]].predicted++;
    if (targets[row] !== predictions[row]) continue;
    counts[targets[row]].truePositives++;
    right++;
  }
  const everyClass = options.classes === 'all';
  const shown = labels.map((_, index) => index).filter((index) => everyClass || counts[index].actual + counts[index].predicted > 0);
  return summarize(
    shown.map((index) => labels[index]),
    shown.map((index) => counts[index]),
    right / targets.length,
    options.zeroDivision ?? 0,
  );
}

/**
 * The report of a task with several labels a row. Accuracy is that of whole rows (subset accuracy).
 *
 * @param targets `[rows × labels]` 0 or 1
 * @param predictions `[rows × labels]` 0 or 1
 */
export function multiLabelReport(
  targets: ArrayLike<number>,
  predictions: ArrayLike<number>,
  labels: readonly string[],
  options: Pick<ClassificationReportOptions, 'zeroDivision'> = {},
): ClassificationReport {
  const counts = labels.map((): Counts => ({ truePositives: 0, predicted: 0, actual: 0 }));
  const rows = targets.length / labels.length;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    let same = true;
    for (let label = 0; label < labels.length; label++) {
      const target = targets[row * labels.length + label];
      const prediction = predictions[row * labels.length + label];
      counts[label].actual += target;
      counts[label].predicted += prediction;
      counts[label].truePositives += target * prediction;
      same &&= target === prediction;
    }
    if (same) right++;
  }
  return summarize(labels, counts, right / rows, options.zeroDivision ?? 0);
}

function summarize(labels: readonly string[], counts: readonly Counts[], accuracy: number, zeroDivision: number): ClassificationReport {
  const perClass = counts.map((count, index) => ({ label: labels[index], ...ratios(count, zeroDivision) }));
  const total: Counts = { truePositives: 0, predicted: 0, actual: 0 };
  for (const count of counts) {
    total.truePositives += count.truePositives;
    total.predicted += count.predicted;
    total.actual += count.actual;
  }
  const average = (weights: readonly number[]): PrecisionRecall => ({
    precision: weightedMean(perClass, weights, 'precision', zeroDivision),
    recall: weightedMean(perClass, weights, 'recall', zeroDivision),
    f1: weightedMean(perClass, weights, 'f1', zeroDivision),
    support: total.actual,
  });
  return {
    perClass,
    averages: {
      micro: ratios(total, zeroDivision),
      macro: average(counts.map(() => 1)),
      weighted: average(counts.map((count) => count.actual)),
    },
    accuracy,
  };
}

function ratios({ truePositives, predicted, actual }: Counts, zeroDivision: number): PrecisionRecall {
  const divide = (numerator: number, denominator: number): number => (denominator === 0 ? zeroDivision : numerator / denominator);
  return {
    precision: divide(truePositives, predicted),
    recall: divide(truePositives, actual),
    f1: divide(2 * truePositives, predicted + actual),
    support: actual,
  };
}

/** Mean over the classes whose value is defined. */
function weightedMean(
  perClass: readonly PrecisionRecall[],
  weights: readonly number[],
  name: 'precision' | 'recall' | 'f1',
  zeroDivision: number,
): number {
  let sum = 0;
  let weightSum = 0;
  perClass.forEach((metrics, index) => {
    if (Number.isNaN(metrics[name])) return;
    sum += metrics[name] * weights[index];
    weightSum += weights[index];
  });
  return weightSum === 0 ? zeroDivision : sum / weightSum;
}
