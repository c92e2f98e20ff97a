import type { ManifestTask } from './manifest';
import { labelByRule } from './out-of-scope';
import { argmax, sigmoid, softmax } from './softmax';

/** What a head says about one text. */
export type Interpretation =
  | { type: 'classification'; label: string; probability: number; probabilities: Record<string, number> }
  | { type: 'multi-label'; labels: string[]; probabilities: Record<string, number> }
  | { type: 'regression'; value: number };

/** From this probability on a label of a multi-label head counts, where the manifest sets no threshold for it. */
export const DEFAULT_THRESHOLD = 0.5;

/**
 * Reads one row of a head's output: the label with its calibrated probability, the labels over their thresholds, or the number. A text that
 * a rule takes for out of scope gets that label, with the probability that the likeliest label in scope is not the right one.
 *
 * @param logits `[outputs]`, in the order of the task's labels
 */
export function interpretLogits(
  task: Pick<ManifestTask, 'type' | 'labels' | 'calibration' | 'thresholds' | 'outOfScope'>,
  logits: ArrayLike<number>,
): Interpretation {
  const { labels, thresholds } = task;
  const { temperature } = task.calibration;
  if (task.type === 'regression') return { type: 'regression', value: logits[0] };
  const values = task.type === 'classification' ? softmax(logits, temperature) : sigmoid(logits, temperature);
  const probabilities = Object.fromEntries(labels.map((label, i) => [label, values[i]]));
  if (task.type === 'multi-label') {
    return {
      type: 'multi-label',
      labels: labels.filter((label, i) => values[i] >= (thresholds?.[label] ?? DEFAULT_THRESHOLD)),
      probabilities,
    };
  }
  const best = argmax(values);
  const rule = task.outOfScope;
  if (rule !== undefined && labels[best] !== rule.label && labels[labelByRule(logits, labels, rule, temperature)] === rule.label) {
    return { type: 'classification', label: rule.label, probability: 1 - values[best], probabilities };
  }
  return { type: 'classification', label: labels[best], probability: values[best], probabilities };
}
