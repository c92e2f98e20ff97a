import { sigmoid, type HeadShape, type OutOfScopeRule } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { checkpointMetric, configuredMatching, configuredTasks, taskTypeOf, type ConfiguredTask } from '../config/tasks';
import { fitBinaryTemperature, fitTemperature } from '../evaluation/calibration';
import { defaultMetric, isBetter, metricValue } from '../evaluation/metric';
import { chooseScopeRule } from '../evaluation/out-of-scope';
import type { EvaluationReport } from '../evaluation/report';
import { chooseThresholds } from '../evaluation/thresholds';
import { labelledRows, takeColumns, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import { evaluateTask } from './evaluate-network';
import { reportedMetrics } from './reported-metrics';

/** What calibration on the validation rows found for one task. */
export interface TaskCalibration {
  temperature: number;
  /** multi-label: in the order of the labels. */
  thresholds?: number[];
  /** classification: the label for rows out of scope, and by what they are known. */
  outOfScope?: { label: string; rule?: OutOfScopeRule | undefined };
}

/** Logits and targets of one task, of the rows that have a label for it. */
interface TaskRows {
  logits: Float32Array;
  targets: Float32Array;
}

/**
 * The report of a head's rows; of several heads, that of the first task with those of all by name beside it, each over the rows that
 * have a label for it.
 *
 * @param logits `[rows × outputs]` of all heads side by side
 * @param targets `[rows × targets]` likewise
 */
export function evaluateTasks(
  layout: TaskLayout,
  logits: Float32Array,
  targets: Float32Array,
  calibrations: readonly TaskCalibration[] = [],
): EvaluationReport {
  const reports = layout.heads.map((columns, place) => {
    const rows = rowsOf(columns, layout, logits, targets);
    return evaluateTask(columns.head, rows.logits, rows.targets, calibrations.at(place));
  });
  if (reports.length === 1) return reports[0];
  return { ...reports[0], tasks: Object.fromEntries(reports.map((report, place) => [nameOf(layout.heads[place].head), report])) };
}

/** Temperature of each task, and thresholds of those with several labels or with one for rows out of scope, fitted on validation rows. */
export function calibrateTasks(
  layout: TaskLayout,
  logits: Float32Array,
  targets: Float32Array,
  tasks: readonly Pick<ConfiguredTask, 'outOfScope'>[] = [],
): TaskCalibration[] {
  return layout.heads.map((columns, place) => {
    const rows = rowsOf(columns, layout, logits, targets);
    const calibration = calibrate(columns.head, rows);
    const keys = tasks.at(place)?.outOfScope;
    if (keys === undefined) return calibration;
    const rule = chooseScopeRule({ ...rows, labels: columns.head.labels, temperature: calibration.temperature }, keys);
    return { ...calibration, outOfScope: { label: keys.label, rule } };
  });
}

function rowsOf(columns: HeadColumns, layout: TaskLayout, logits: Float32Array, targets: Float32Array): TaskRows {
  // A single task has a label in every row.
  const rows = layout.heads.length === 1 ? undefined : labelledRows(targets, columns, layout);
  return {
    logits: takeColumns(logits, layout.outputs, columns.outputs, rows),
    targets: takeColumns(targets, layout.targets, columns.targets, rows),
  };
}

function calibrate(head: HeadShape, { logits, targets }: TaskRows): TaskCalibration {
  if (head.task === 'regression' || targets.length === 0) return { temperature: 1 };
  if (head.task === 'classification') return { temperature: bounded(fitTemperature(logits, targets, head.labels.length)) };
  const temperature = bounded(fitBinaryTemperature(logits, targets));
  return { temperature, thresholds: chooseThresholds(sigmoid(logits, temperature), targets, head.labels.length) };
}

/** A few validation rows that are all right would drive the temperature to 0, and every probability to 1. */
function bounded(temperature: number): number {
  return Math.min(10, Math.max(0.25, temperature));
}

/** The value that chooses the best checkpoint. */
export interface CheckpointJudge<Report = EvaluationReport> {
  /** NaN where the rows cannot give it. */
  value(report: Report): number;
  isBetter(value: number, best: number | undefined): boolean;
  /** What is told of a report, and kept in the history. */
  metrics(report: Report): Record<string, number>;
}

/**
 * What `training.metric` asks for: a measure of one task, or, of several tasks by default, the mean of each task's own measure (its
 * `metric`, or the default of its type), weighted by the tasks' weights. A task whose rows cannot give its measure is left out.
 */
export function checkpointJudge(config: HeadConfig): CheckpointJudge {
  const matching = configuredMatching(config);
  const tasks = [...configuredTasks(config), ...(matching ? [{ type: 'matching' as const, ...matching }] : [])];
  const metric = checkpointMetric(config) ?? { kind: 'measure', task: undefined, name: defaultMetric(taskTypeOf(config.task)) };
  if (metric.kind === 'measure') {
    const { name, task } = metric;
    return {
      value: (report) => metricValue(reportOf(report, task), name),
      isBetter: (value, best) => isBetter(name, value, best),
      metrics: reportedMetrics,
    };
  }
  return {
    value: (report) => {
      const parts = tasks.map(({ name, type, metric: own = defaultMetric(type), weight }) => ({
        weight,
        value: metricValue(reportOf(report, name), own),
      }));
      const known = parts.filter(({ value }) => !Number.isNaN(value));
      const total = known.reduce((sum, { weight }) => sum + weight, 0);
      return total === 0 ? NaN : known.reduce((sum, { weight, value }) => sum + weight * value, 0) / total;
    },
    // Every measure in the mean grows with quality, as accuracy does.
    isBetter: (value, best) => isBetter('accuracy', value, best),
    metrics: reportedMetrics,
  };
}

function reportOf(report: EvaluationReport, task: string | undefined): EvaluationReport {
  return (task === undefined ? undefined : report.tasks?.[task]) ?? report;
}

function nameOf({ name }: HeadShape): string {
  return name ?? 'head';
}
