import type { HeadShape } from '@attune/artifact';
import type { TaskLayout } from '../heads/task-layout';
import { evaluationBatches } from '../data/batches';
import type { EncodedExample } from '../data/example';
import {
  evaluateClassification,
  evaluateMultiLabel,
  evaluateRegression,
  type EvaluationReport,
  type SingleLabelEvaluationOptions,
} from '../evaluation/report';
import type { TrainableNetwork } from '../network/trainable-network';
import type { Batch } from '../data/example';
import { pauseForSignals } from './interruption';

/** Tokens of an evaluation batch: enough to keep the processors busy, few enough to be no peak of memory. */
const TOKEN_BUDGET = 1024;

/** What passes over examples need to know beside them. */
export interface PassOptions {
  padTokenId: number;
  signal: AbortSignal;
}

/**
 * Runs the network over examples, longest first, and gives its outputs in the order of the examples, `[rows × width]`.
 *
 * @throws AttuneError `interrupted` when the signal aborts
 */
export async function overExamples(
  examples: EncodedExample[],
  width: number,
  { padTokenId, signal }: PassOptions,
  run: (batch: Batch) => Float32Array,
): Promise<Float32Array> {
  const result = new Float32Array(examples.length * width);
  const places = new Map(examples.map((example, place) => [example.index, place]));
  for (const batch of evaluationBatches(examples, { tokenBudget: TOKEN_BUDGET, padTokenId })) {
    await pauseForSignals(signal);
    const values = run(batch);
    batch.indices.forEach((index, row) => result.set(values.subarray(row * width, (row + 1) * width), (places.get(index) ?? 0) * width));
  }
  return result;
}

/** Logits `[rows × outputs]` of examples, in their order, in float32; those of several heads side by side. */
export function logitsOf(
  network: TrainableNetwork,
  layout: Pick<TaskLayout, 'outputs'>,
  examples: EncodedExample[],
  options: PassOptions,
): Promise<Float32Array> {
  return overExamples(examples, layout.outputs, options, (batch) => network.logits(batch));
}

/** Targets of examples, `[rows]` or `[rows × labels]`; those of several heads side by side. */
export function targetsOf(examples: EncodedExample[]): Float32Array {
  return Float32Array.from(examples.flatMap(({ target }) => (typeof target === 'number' ? [target] : [...target])));
}

/** The report that fits a task. */
export function evaluateTask(
  head: HeadShape,
  logits: Float32Array,
  targets: Float32Array,
  options: { temperature?: number; thresholds?: readonly number[]; outOfScope?: SingleLabelEvaluationOptions['outOfScope'] } = {},
): EvaluationReport {
  switch (head.task) {
    case 'classification':
      return evaluateClassification(logits, targets, head.labels, options);
    case 'multi-label':
      return evaluateMultiLabel(logits, targets, head.labels, options);
    case 'regression':
      return evaluateRegression(logits, targets);
  }
}
