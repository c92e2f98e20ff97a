import { headOutputName } from '@attune/artifact';
import { checkpointMetric, configuredTasks } from '../config/tasks';
import type { EncodedExample } from '../data/example';
import type { MetricName } from '../evaluation/metric';
import { labelledRows, takeColumns, taskLayout, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import { targetsOf, type MeasuredHead } from './int8-measure';
import type { TrainedHead } from './trained-head';

/** One task of a trained encoder, as an export checks it. */
export interface MeasuredTask extends MeasuredHead {
  /** Absent where there is one task alone. */
  name: string | undefined;
  /** Name of its ONNX output. */
  output: string;
  columns: HeadColumns;
  layout: TaskLayout;
}

/** The tasks of a trained encoder, in the order of their logits. */
export function measuredTasks({ head, calibration, thresholds, further = [], config }: TrainedHead): MeasuredTask[] {
  const all = [
    { head, calibration, thresholds },
    ...further.map(({ temperature, ...task }) => ({ ...task, calibration: { temperature } })),
  ];
  const layout = taskLayout(all.map((task) => task.head));
  const configured = configuredTasks(config);
  const checkpoint = checkpointMetric(config);
  return all.map((task, place) => {
    const { name } = task.head;
    const own = checkpoint?.kind === 'measure' && checkpoint.task === name ? checkpoint.name : configured.at(place)?.metric;
    const metric: MetricName | undefined = own;
    const rest = { name, output: headOutputName(task.head), columns: layout.heads[place], layout };
    return { head: task.head, calibration: task.calibration, ...(task.thresholds && { thresholds: task.thresholds }), metric, ...rest };
  });
}

/** Rows that have a label for a task, with their targets for it. A single task has one in every row. */
export function rowsOfTask(task: MeasuredTask, examples: readonly EncodedExample[]): { rows: number[] | undefined; targets: Float32Array } {
  const { head, columns, layout } = task;
  if (layout.heads.length === 1) return { rows: undefined, targets: targetsOf(head, examples) };
  const all = Float32Array.from(examples.flatMap(({ target }) => (typeof target === 'number' ? [target] : [...target])));
  const rows = labelledRows(all, columns, layout);
  return { rows, targets: takeColumns(all, layout.targets, columns.targets, rows) };
}
