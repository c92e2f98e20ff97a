import type { MetricName } from '../evaluation/metric';
import type { EvaluationReport } from '../evaluation/report';

/** Metrics that an evaluation event carries, where the task has them. */
const REPORTED: MetricName[] = ['loss', 'accuracy', 'macroF1', 'microF1', 'spearman', 'mse', 'precisionAt1', 'mrr'];

/** The measures of a report, with the task's name before them where there are several tasks. */
export function reportedMetrics({ tasks, ...report }: EvaluationReport): Record<string, number> {
  const reports = tasks === undefined ? [['', report] as const] : Object.entries(tasks).map(([name, one]) => [`${name}.`, one] as const);
  return Object.fromEntries(reports.flatMap(([prefix, one]) => REPORTED.flatMap((name) => optionalMetric(one, name, prefix))));
}

function optionalMetric(report: EvaluationReport, name: MetricName, prefix: string): [string, number][] {
  const value = report[name];
  return typeof value === 'number' ? [[prefix + name, value]] : [];
}
