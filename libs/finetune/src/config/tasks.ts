import type { Pooling, TaskName } from '@attune/artifact';
import type { HeadConfig, OutOfScopeKeys, PairRows, TaskType } from './head-config';
import { isPromptTask, promptWay, type PromptWay } from './prompt-config';
import type { MetricName } from '../evaluation/metric';

/** One task of a configuration that has a head, with what it takes over from the keys outside of its own. */
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
  outOfScope?: OutOfScopeKeys;
}

/** The matching task of a configuration: it trains the encoder's embeddings and has no head. */
export interface ConfiguredMatching {
  /** Absent where it is the only task, by the key `task`. */
  name?: string;
  /** Its own rows; those of the configuration where it is the only task. */
  data: PairRows;
  loss: HeadConfig['loss'];
  weight: number;
  metric?: MetricName;
}

type TaskKeys = Pick<HeadConfig, 'task' | 'tasks' | 'data' | 'head' | 'loss' | 'outOfScope' | 'prompt'>;

/** What a task of a configuration predicts: zero-shot and few-shot give labels. */
export function taskTypeOf(task: HeadConfig['task']): TaskType {
  return isPromptTask(task) ? 'classification' : task;
}

/** What the head of a task reads that learns from words about the labels. */
const PROMPT_POOLING: Record<PromptWay, Pooling> = { descriptions: 'embedding', contrastive: 'embedding', cloze: 'cloze' };

/** The tasks of a configuration that have a head, in the order of the heads; one where it lists none. */
export function configuredTasks({ task, tasks, data, head, loss, outOfScope, prompt }: TaskKeys): ConfiguredTask[] {
  if (tasks !== undefined) {
    return tasks.flatMap(({ type, label, data: _pairs, ...one }) =>
      isMatching(type) ? [] : [{ ...one, type, label: label ?? one.name, pooling: one.pooling ?? head.pooling }],
    );
  }
  const { label, labelSeparator } = data;
  const type = taskTypeOf(task);
  const pooling = isPromptTask(task) ? PROMPT_POOLING[promptWay(task, prompt)] : head.pooling;
  const common = { label, labelSeparator, pooling, loss, weight: 1, ignoresPair: false };
  return isMatching(type) ? [] : [{ type, ...common, ...(outOfScope && { outOfScope }) }];
}

/** The matching task of a configuration, where it has one. */
export function configuredMatching({
  task,
  tasks,
  data,
  loss,
}: Pick<TaskKeys, 'task' | 'tasks' | 'data' | 'loss'>): ConfiguredMatching | undefined {
  if (tasks === undefined) {
    const { train, validation, test, text, pair = 'pair', group } = data;
    return isMatching(taskTypeOf(task)) ? { data: { train, validation, test, text, pair, group }, loss, weight: 1 } : undefined;
  }
  const own = tasks.find(({ type }) => isMatching(type));
  if (own?.data === undefined) return undefined;
  const { name, data: pairs, loss: ownLoss, weight, metric } = own;
  return { name, data: pairs, loss: ownLoss, weight, ...(metric && { metric }) };
}

function isMatching(type: TaskType): type is 'matching' {
  return type === 'matching';
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
