import { AttuneError, sigmoid, type HeadShape } from '@attune/artifact';
import { defaultMetric, metricDirection, type MetricName } from '../evaluation/metric';
import { regressionMetrics } from '../evaluation/regression-metrics';
import { evaluateClassification, evaluateMultiLabel, evaluateRegression, type EvaluationReport } from '../evaluation/report';
import { chooseThresholds } from '../evaluation/thresholds';
import type { Int8Metric, TrainedHead } from './trained-head';

/** Most that quantising may cost of the head's metric: half a point of a hundred. */
export const INT8_TOLERANCE = 0.005;

/**
 * Below this many held-out rows one row alone is more than the tolerance, and tells nothing. Then one row may be lost, and a regression is
 * judged by the correlation of its two predictions.
 */
const FEW_ROWS = 200;
const LEAST_CORRELATION = 0.99;

/** What the held-out rows say about a quantised head beside the float32 one. */
export interface Int8Comparison {
  metric?: Int8Metric;
  acceptable: boolean;
}

/** A head, and the measure by which its checkpoint was chosen where the configuration names one. */
export type MeasuredHead = Pick<TrainedHead, 'head' | 'calibration' | 'thresholds'> & { metric?: MetricName };

/**
 * Compares the head's own metric, or its task's where the own one is a loss, on the held-out rows.
 *
 * Thresholds were fitted to the float32 logits of these very rows, each between two neighbouring probabilities: any other logits seem
 * worse by them. So a head with thresholds is judged on either half of the rows by thresholds fitted on the other, in both precisions;
 * its figures are means over the halves.
 *
 * @param targets `[rows]`, or `[rows × labels]` of a multi-label head
 * @param fp32 `[rows × outputs]` logits
 * @param int8 `[rows × outputs]` logits of the same rows
 */
export function compareInt8(head: MeasuredHead, targets: Float32Array, fp32: Float32Array, int8: Float32Array): Int8Comparison {
  const before = evaluate(head, fp32, targets);
  const after = evaluate(head, int8, targets);
  const name = measuredMetric(head, before);
  if (name === undefined) return { acceptable: true };
  const halves = head.thresholds && halvesOf(head, targets, fp32, int8);
  const metric = halves
    ? { name, fp32: mean(halves.map((half) => half.fp32[name])), int8: mean(halves.map((half) => half.int8[name])) }
    : { name, fp32: before[name] ?? NaN, int8: after[name] ?? NaN };
  const within = metric.fp32 - metric.int8 <= INT8_TOLERANCE + 1e-9;
  return { metric, acceptable: within || (before.rows < FEW_ROWS && nearlyAlike(before, after, fp32, int8)) };
}

/** Both precisions on the even rows by thresholds of the odd ones, and the other way round. */
function halvesOf(
  head: MeasuredHead,
  targets: Float32Array,
  fp32: Float32Array,
  int8: Float32Array,
): Record<'fp32' | 'int8', EvaluationReport>[] {
  const { length: labels } = head.head.labels;
  const temperature = head.calibration?.temperature ?? 1;
  const half = (values: Float32Array, parity: number): Float32Array => values.filter((_, i) => Math.floor(i / labels) % 2 === parity);
  return [0, 1].map((parity) => {
    const fitted = sigmoid(half(fp32, 1 - parity), temperature);
    const judged = { ...head, thresholds: chooseThresholds(fitted, half(targets, 1 - parity), labels) };
    const evaluateHalf = (logits: Float32Array): EvaluationReport => evaluate(judged, half(logits, parity), half(targets, parity));
    return { fp32: evaluateHalf(fp32), int8: evaluateHalf(int8) };
  });
}

function mean(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / values.length;
}

function nearlyAlike(before: EvaluationReport, after: EvaluationReport, fp32: Float32Array, int8: Float32Array): boolean {
  if (before.accuracy !== undefined && after.accuracy !== undefined) return (before.accuracy - after.accuracy) * before.rows < 1.5;
  return (regressionMetrics(int8, fp32).pearson ?? 0) >= LEAST_CORRELATION;
}

/**
 * Targets of the held-out rows, `[rows]` or `[rows × labels]`.
 *
 * @throws AttuneError `bad-data` where a row's target does not fit the task.
 */
export function targetsOf({ task, labels }: HeadShape, examples: readonly { target: number | Float32Array }[]): Float32Array {
  const width = task === 'multi-label' ? labels.length : 1;
  const targets = new Float32Array(examples.length * width);
  examples.forEach(({ target }, row) => {
    const values = typeof target === 'number' ? [target] : target;
    if (values.length !== width)
      throw new AttuneError('bad-data', `Held-out row ${row + 1} has ${values.length} targets, the head has ${width}.`);
    targets.set(values, row * width);
  });
  return targets;
}

function evaluate({ head, calibration, thresholds }: MeasuredHead, logits: Float32Array, targets: Float32Array): EvaluationReport {
  if (head.task === 'regression') return evaluateRegression(logits, targets);
  if (head.task === 'classification') return evaluateClassification(logits, targets, head.labels, calibration);
  return evaluateMultiLabel(logits, targets, head.labels, { ...calibration, thresholds });
}

/** The first of the measures that the rows can give; of a loss, a difference in points means nothing. */
function measuredMetric({ metric: configured, head }: MeasuredHead, report: EvaluationReport): MetricName | undefined {
  const candidates = [configured, defaultMetric(head.task)].filter((name) => name !== undefined && metricDirection(name) === 'higher');
  return candidates.find((name) => name !== undefined && Number.isFinite(report[name]));
}
