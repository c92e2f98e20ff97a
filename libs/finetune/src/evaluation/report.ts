import { sigmoid } from '@attune/artifact';
import { outOfScopeRuleSchema, type OutOfScopeRule } from '@attune/artifact';
import { z } from 'zod';
import { binaryCalibrationError, expectedCalibrationError } from './calibration';
import { classificationReport, multiLabelReport, type ClassificationReport } from './classification-report';
import { confusionMatrix } from './confusion-matrix';
import { scopedPredictions, scopeMeasures } from './out-of-scope';
import { meanBinaryCrossEntropy, meanCrossEntropy, softmaxRows } from './probabilities';
import { averageRankingAreas, oneHot } from './ranking-curves';
import { regressionMetrics } from './regression-metrics';

const precisionRecallSchema = z.object({ precision: z.number(), recall: z.number(), f1: z.number(), support: z.number() });

/**
 * What a model does on labelled rows, as written to metrics.json and printed by `attune evaluate --json`. Measures that a
 * task does not have, or that the rows cannot give (an AUC with one class only), are absent.
 */
const taskReportSchema = z.object({
  task: z.enum(['classification', 'multi-label', 'regression', 'matching']),
  rows: z.number().int().nonnegative(),
  /** Mean loss in nats of the logits as they are, before temperature scaling; the mean squared error of a regression. */
  loss: z.number(),
  /** Share of rows that are right; of a multi-label task, whose whole set of labels is. */
  accuracy: z.number().optional(),
  microF1: z.number().optional(),
  macroF1: z.number().optional(),
  weightedF1: z.number().optional(),
  averages: z.object({ micro: precisionRecallSchema, macro: precisionRecallSchema, weighted: precisionRecallSchema }).optional(),
  perClass: z.array(precisionRecallSchema.extend({ label: z.string() })).optional(),
  /** Labels of the confusion matrix's lines and columns. */
  labels: z.array(z.string()).optional(),
  /** `[true class][predicted class]`, rows. */
  confusionMatrix: z.array(z.array(z.number())).optional(),
  /** Area under the ROC curve: of the second class where there are two, else one-vs-rest, mean over classes. */
  rocAuc: z.number().optional(),
  /** The same, classes weighted by their rows. */
  rocAucWeighted: z.number().optional(),
  /** Average precision: of the second class where there are two, else one-vs-rest, mean over classes. */
  prAuc: z.number().optional(),
  prAucWeighted: z.number().optional(),
  /** Calibration error before and after the logits are divided by the temperature. */
  expectedCalibrationError: z.object({ before: z.number(), after: z.number() }).optional(),
  temperature: z.number().optional(),
  /** Probability from which a label is given, a number a label. */
  thresholds: z.array(z.number()).optional(),
  mse: z.number().optional(),
  mae: z.number().optional(),
  r2: z.number().optional(),
  pearson: z.number().optional(),
  spearman: z.number().optional(),
  /** Of a head with a label for texts out of scope: share of the other rows that get their own label. */
  inScopeAccuracy: z.number().optional(),
  /** Share of the rows out of scope that are known as such. */
  outOfScopeRecall: z.number().optional(),
  /** Share of the rows taken for out of scope that are. */
  outOfScopePrecision: z.number().optional(),
  /** By which a row is taken for out of scope, whatever its likeliest label. */
  outOfScope: outOfScopeRuleSchema.optional(),
  /** Texts among which a query's answer is looked for. */
  candidates: z.number().int().optional(),
  /** Share of queries whose answer comes first. */
  precisionAt1: z.number().optional(),
  /** Share of queries whose answer is among the first five, or ten. */
  recallAt5: z.number().optional(),
  recallAt10: z.number().optional(),
  /** Mean over queries of 1 / place of the answer. */
  mrr: z.number().optional(),
  ndcgAt5: z.number().optional(),
  ndcgAt10: z.number().optional(),
});

/** A report; of several tasks, that of the first with those of all by their names beside it. */
export const evaluationReportSchema = taskReportSchema.extend({ tasks: z.record(z.string(), taskReportSchema).optional() });

export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

export interface ClassificationEvaluationOptions {
  /** Divides the logits before they become probabilities. */
  temperature?: number;
}

export interface SingleLabelEvaluationOptions extends ClassificationEvaluationOptions {
  /** The label of rows that are none of the others, and by what such rows are known beside their likeliest label. */
  outOfScope?: { label: string; rule?: OutOfScopeRule | undefined } | undefined;
}

/**
 * Evaluates single-label logits.
 *
 * @param logits `[rows × classes]`
 * @param targets `[rows]` class indices
 * @param labels names of the classes
 */
export function evaluateClassification(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  labels: readonly string[],
  { temperature = 1, outOfScope }: SingleLabelEvaluationOptions = {},
): EvaluationReport {
  const classes = labels.length;
  const predictions = scopedPredictions({ logits, labels, temperature }, outOfScope?.rule);
  const outside = outOfScope === undefined ? -1 : labels.indexOf(outOfScope.label);
  const probabilities = softmaxRows(logits, classes, temperature);
  const binary = classes === 2;
  const scores = binary ? Float64Array.from(targets, (_, row) => probabilities[row * 2 + 1]) : probabilities;
  const positive = binary ? Uint8Array.from(targets) : oneHot(targets, classes);
  return {
    task: 'classification',
    rows: targets.length,
    loss: meanCrossEntropy(logits, targets, classes),
    ...classMeasures(classificationReport(targets, predictions, labels)),
    labels: [...labels],
    confusionMatrix: confusionMatrix(targets, predictions, classes),
    ...(outside >= 0 && scopeMeasures(targets, predictions, outside)),
    ...(outOfScope?.rule && { outOfScope: outOfScope.rule }),
    ...rankingMeasures(scores, positive, binary ? 1 : classes),
    expectedCalibrationError: {
      before: expectedCalibrationError(softmaxRows(logits, classes), targets, classes),
      after: expectedCalibrationError(probabilities, targets, classes),
    },
    temperature,
  };
}

export interface MultiLabelEvaluationOptions extends ClassificationEvaluationOptions {
  /** Probability from which a label is given, one for all or a number a label; see `chooseThresholds`. */
  thresholds?: number | readonly number[];
}

/**
 * Evaluates multi-label logits.
 *
 * @param logits `[rows × labels]`
 * @param targets `[rows × labels]` 0 or 1
 * @param labels names of the labels
 */
export function evaluateMultiLabel(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  labels: readonly string[],
  { temperature = 1, thresholds = 0.5 }: MultiLabelEvaluationOptions = {},
): EvaluationReport {
  const probabilities = sigmoid(logits, temperature);
  const perLabel = typeof thresholds === 'number' ? labels.map(() => thresholds) : [...thresholds];
  const predictions = Uint8Array.from(probabilities, (probability, i) => (probability >= perLabel[i % labels.length] ? 1 : 0));
  return {
    task: 'multi-label',
    rows: targets.length / labels.length,
    loss: meanBinaryCrossEntropy(logits, targets),
    ...classMeasures(multiLabelReport(targets, predictions, labels)),
    labels: [...labels],
    ...rankingMeasures(probabilities, targets, labels.length),
    expectedCalibrationError: {
      before: binaryCalibrationError(sigmoid(logits), targets),
      after: binaryCalibrationError(probabilities, targets),
    },
    temperature,
    thresholds: perLabel,
  };
}

/**
 * Evaluates predicted numbers.
 *
 * @param predictions `[rows]`
 * @param targets `[rows]`
 */
export function evaluateRegression(predictions: ArrayLike<number>, targets: ArrayLike<number>): EvaluationReport {
  const metrics = regressionMetrics(predictions, targets);
  return { task: 'regression', rows: targets.length, loss: metrics.mse, ...metrics };
}

function classMeasures({ perClass, averages, accuracy }: ClassificationReport): Partial<EvaluationReport> {
  return {
    accuracy,
    microF1: averages.micro.f1,
    macroF1: averages.macro.f1,
    weightedF1: averages.weighted.f1,
    averages,
    perClass,
  };
}

function rankingMeasures(scores: ArrayLike<number>, positive: ArrayLike<number>, columns: number): Partial<EvaluationReport> {
  const { macro, weighted } = averageRankingAreas(scores, positive, columns);
  return {
    rocAuc: macro.roc,
    rocAucWeighted: weighted.roc,
    prAuc: macro.precisionRecall,
    prAucWeighted: weighted.precisionRecall,
  };
}
