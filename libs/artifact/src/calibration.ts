import type { ManifestTask } from './manifest';

/** What a head says about one text. */
export type Interpretation =
  | { type: 'classification'; label: string; probability: number; probabilities: Record<string, number> }
  | { type: 'multi-label'; labels: string[]; probabilities: Record<string, number> }
  | { type: 'regression'; value: number };

/** From this probability on a label of a multi-label head counts, where the manifest sets no threshold for it. */
export const DEFAULT_THRESHOLD = 0.5;

/**
 * Probabilities of exclusive labels from their logits, after temperature scaling (Guo et al. 2017). They sum to 1.
 *
 * @param logits `[labels]`
 */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const probabilities = new Float64Array(logits.length);
  let largest = -Infinity;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += probabilities[i] = Math.exp((logits[i] - largest) / temperature);
  for (let i = 0; i < logits.length; i++) probabilities[i] /= sum;
  return probabilities;
}

/**
 * Probability of each of several independent labels from its logit, after temperature scaling.
 *
 * @param logits `[labels]`
 */
export function sigmoid(logits: ArrayLike<number>, temperature = 1): Float64Array {
  return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit / temperature)));
}

/** Position of the largest value, the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * Reads one row of a head's output: the label with its calibrated probability, the labels over their thresholds, or the number.
 *
 * @param logits `[outputs]`, in the order of the task's labels
 */
export function interpretLogits(
  task: Pick<ManifestTask, 'type' | 'labels' | 'calibration' | 'thresholds'>,
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
  return { type: 'classification', label: labels[best], probability: values[best], probabilities };
}
