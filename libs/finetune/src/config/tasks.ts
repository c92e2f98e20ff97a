import type { Pooling, TaskName } from '@attune/artifact';
import type { HeadConfig } from './head-config';
import type { MetricName } from '../evaluation/metric';

/** One task of a configuration, with what it takes over from the keys outside of its own. */
export interface ConfiguredTask {
  /** Absent where a configuration has one task alone, by the keys `task`, `data.label` and `loss`. */
  name?: string;
  type: TaskName;
  /** Column of the label. */
  label: string;
  labelSeparator: string;
  pooling: Pooling;
  loss: HeadConfig['loss'];
  weight: number;
  metric?: MetricName;
  ignoresPair: boolean;
}

type TaskKeys = Pick<HeadConfig, 'task' | 'tasks' | 'data' | 'head' | 'loss'>;

/** The tasks of a configuration, in the order of the heads; one where it lists none. */
export function configuredTasks({ task, tasks, data, head, loss }: TaskKeys): ConfiguredTask[] {
  if (tasks !== undefined) return tasks.map((one) => ({ ...one, pooling: one.pooling ?? head.pooling }));
  const { label, labelSeparator } = data;
  return [{ type: task, label, labelSeparator, pooling: head.pooling, loss, weight: 1, ignoresPair: false }];
}

/** What chooses the best checkpoint: a measure of one task, or the weighted mean of all tasks' own. */
export type CheckpointMetric = { kind: 'measure'; task: string | undefined; name: MetricName } | { kind: 'mean' };

/** Reads `training.metric`; undefined where the task's own default applies. */
export function checkpointMetric({ tasks, training }: Pick<HeadConfig, 'tasks' | 'training'>): CheckpointMetric | undefined {
  const { metric } = training;
  if (metric === undefined) return tasks === undefined ? undefined : { kind: 'mean' };
  const dot = metric.lastIndexOf('.');
  const name = metric.slice(dot + 1) as MetricName;
  return { kind: 'measure', task: dot < 0 ? undefined : metric.slice(0, dot), name };
}
