/** Accuracies of a stream: a row for each task that was learned, in order, with the accuracy on every task up to it. */
export type AccuracyMatrix = readonly (readonly number[])[];

/** Mean accuracy over all tasks, each alike, once the last is learned (Lopez-Paz and Ranzato 2017). */
export function averageAccuracy(matrix: AccuracyMatrix): number {
  return mean(matrix.at(-1) ?? []);
}

/**
 * How much of what was known of each task but the last is lost at the end: its best accuracy before the last task was learned less that at the
 * end, on the average (Chaudhry et al. 2018). Below 0 where later tasks helped. NaN for a single task.
 */
export function forgetting(matrix: AccuracyMatrix): number {
  const last = matrix.at(-1) ?? [];
  return mean(last.slice(0, -1).map((atEnd, task) => Math.max(...matrix.slice(task, -1).map((row) => row[task])) - atEnd));
}

/**
 * What the tasks before a task do for it, on the average over all but the first: the accuracy that an output layer reaches on the encoder as it
 * is before the task is learned, less that on the pretrained encoder (after Lopez-Paz and Ranzato 2017; labels that no output exists for yet
 * cannot be predicted, so one is fitted).
 *
 * @param before by task; undefined where it was not measured
 * @param pretrained likewise
 */
export function forwardTransfer(before: readonly (number | undefined)[], pretrained: readonly (number | undefined)[]): number {
  return mean(
    before.flatMap((value, task) => {
      const start = pretrained.at(task);
      return task === 0 || value === undefined || start === undefined ? [] : [value - start];
    }),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
