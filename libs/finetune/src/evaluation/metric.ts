import { AttuneError } from '@attune/artifact';
import type { z } from 'zod';
import type { metricNameSchema, TaskType } from '../config/head-config';
import type { EvaluationReport } from './report';

/** A measure that can choose the best checkpoint. */
export type MetricName = z.infer<typeof metricNameSchema>;

/** Whether a larger or a smaller value is better. */
export function metricDirection(name: MetricName): 'higher' | 'lower' {
  return name === 'loss' || name === 'mse' ? 'lower' : 'higher';
}

/** Whether a value is better than the best so far; anything is better than nothing, and NaN is never better. */
export function isBetter(name: MetricName, value: number, best: number | undefined): boolean {
  if (Number.isNaN(value)) return false;
  if (best === undefined || Number.isNaN(best)) return true;
  return metricDirection(name) === 'higher' ? value > best : value < best;
}

/** The measure that chooses the best checkpoint of a task where none is configured. */
export function defaultMetric(task: TaskType): MetricName {
  return DEFAULT_METRIC[task];
}

const DEFAULT_METRIC: Record<TaskType, MetricName> = {
  classification: 'macroF1',
  'multi-label': 'microF1',
  regression: 'spearman',
  matching: 'mrr',
};

const CLASS_METRICS: readonly MetricName[] = ['loss', 'accuracy', 'macroF1', 'microF1', 'weightedF1', 'rocAuc', 'prAuc'];
const METRICS: Record<TaskType, readonly MetricName[]> = {
  classification: CLASS_METRICS,
  'multi-label': CLASS_METRICS,
  regression: ['loss', 'spearman', 'mse'],
  matching: ['loss', 'precisionAt1', 'recallAt5', 'recallAt10', 'mrr', 'ndcgAt5', 'ndcgAt10'],
};

/** The measures that a task has. */
export function metricsOfTask(task: TaskType): readonly MetricName[] {
  return METRICS[task];
}

/**
 * A report's value of a measure; NaN where the rows cannot give it (a correlation of predictions that are all alike).
 *
 * @throws AttuneError `bad-config` where the task has no such measure
 */
export function metricValue(report: EvaluationReport, name: MetricName): number {
  const known = metricsOfTask(report.task);
  if (!known.includes(name)) {
    throw new AttuneError('bad-config', `A ${report.task} head has no metric "${name}".`, {
      remedy: `Set training.metric to one of ${known.join(', ')}.`,
    });
  }
  return report[name] ?? NaN;
}
