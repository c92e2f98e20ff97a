import { AttuneError, type TaskName } from '@attune/artifact';
import type { z } from 'zod';
import type { metricNameSchema } from '../config/head-config';
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
export function defaultMetric(task: TaskName): MetricName {
  if (task === 'regression') return 'spearman';
  return task === 'multi-label' ? 'microF1' : 'macroF1';
}

const REGRESSION_METRICS: readonly MetricName[] = ['mse', 'spearman', 'loss'];
const CLASS_METRICS: readonly MetricName[] = ['accuracy', 'macroF1', 'microF1', 'weightedF1', 'rocAuc', 'prAuc', 'loss'];

/**
 * A report's value of a measure; NaN where the rows cannot give it (a correlation of predictions that are all alike).
 *
 * @throws AttuneError `bad-config` where the task has no such measure
 */
export function metricValue(report: EvaluationReport, name: MetricName): number {
  const known = report.task === 'regression' ? REGRESSION_METRICS : CLASS_METRICS;
  if (!known.includes(name)) {
    throw new AttuneError('bad-config', `A ${report.task} head has no metric "${name}".`, {
      remedy: `Set training.metric to one of ${known.join(', ')}.`,
    });
  }
  return report[name] ?? NaN;
}
