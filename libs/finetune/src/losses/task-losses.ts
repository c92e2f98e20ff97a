import { labelledRows, takeColumns, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import type { Loss } from './loss';

/** The loss of a step over all tasks, from logits and targets that lie side by side as a `TaskLayout` says. */
export interface StepLoss {
  /** Whether batches have to go through the network twice, their second half repeating the first (R-Drop). */
  readonly repeatsRows: boolean;
  /** Weight of each task's labelled rows: what the step's sum of that task is divided by. */
  weights(targets: Float32Array, rows: number): number[];
  /** Loss and gradient `[rows, outputs]` with respect to the logits `[rows, outputs]`. */
  evaluate(logits: Float32Array, targets: Float32Array, rows: number, totalWeights: readonly number[]): StepGradient;
}

interface StepGradient {
  loss: number;
  gradient: Float32Array;
}

/** A task's own loss. */
export interface TaskLoss {
  loss: Loss;
  /** Of the task beside the others. */
  weight: number;
  repeatsRows: boolean;
}

/**
 * The weighted sum of the tasks' losses, each a mean over the step's rows that have a label for it. A row without one is masked: it
 * adds neither loss nor gradient to that task. With a single task it is that task's loss.
 */
export function taskLosses(tasks: readonly TaskLoss[], layout: TaskLayout): StepLoss {
  const repeatsRows = tasks.some((task) => task.repeatsRows);
  const [first] = tasks;
  if (tasks.length === 1) {
    return {
      repeatsRows,
      weights: (targets, rows) => [first.loss.weight(targets, rows)],
      evaluate: (logits, targets, rows, [total]) => first.loss.evaluate(logits, targets, rows, total),
    };
  }
  return {
    repeatsRows,
    weights: (targets) =>
      layout.heads.map((columns, place) => {
        const rows = labelledRows(targets, columns, layout);
        return tasks[place].loss.weight(takeColumns(targets, layout.targets, columns.targets, rows), rows.length);
      }),
    evaluate(logits, targets, _rows, totalWeights) {
      const gradient = new Float32Array(logits.length);
      let loss = 0;
      layout.heads.forEach((columns, place) => {
        const rows = labelledRows(targets, columns, layout);
        if (rows.length === 0) return;
        const own = tasks[place].loss.evaluate(
          takeColumns(logits, layout.outputs, columns.outputs, rows),
          takeColumns(targets, layout.targets, columns.targets, rows),
          rows.length,
          totalWeights[place] / tasks[place].weight,
        );
        loss += own.loss;
        putColumns(own.gradient, rows, columns, layout, gradient);
      });
      return { loss, gradient };
    },
  };
}

function putColumns(values: Float32Array, rows: readonly number[], { outputs }: HeadColumns, layout: TaskLayout, into: Float32Array): void {
  rows.forEach((row, i) => into.set(values.subarray(i * outputs.width, (i + 1) * outputs.width), row * layout.outputs + outputs.start));
}
