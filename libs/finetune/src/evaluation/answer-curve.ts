import { softmaxRows, argmaxRows } from './probabilities';

/** What comes of giving only answers whose calibrated probability reaches a threshold. */
export interface AnswerPoint {
  threshold: number;
  /** Share of the rows that are answered. */
  answered: number;
  /** Share of the answered rows that are right; absent where none is answered. */
  accuracy?: number;
}

const THRESHOLDS: readonly number[] = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99];

/**
 * The risk and coverage of a classification that may abstain (Geifman and El-Yaniv 2017), at thresholds of its calibrated probability.
 *
 * @param logits `[rows × classes]`
 * @param targets `[rows]` class indices
 */
export function answerCurve(logits: ArrayLike<number>, targets: ArrayLike<number>, classes: number, temperature: number): AnswerPoint[] {
  const probabilities = softmaxRows(logits, classes, temperature);
  const best = argmaxRows(probabilities, classes);
  const rows = Array.from(best, (label, row) => ({ probability: probabilities[row * classes + label], isRight: label === targets[row] }));
  return THRESHOLDS.map((threshold) => {
    const answered = rows.filter(({ probability }) => probability >= threshold);
    const right = answered.filter(({ isRight }) => isRight).length;
    return {
      threshold,
      answered: rows.length === 0 ? 0 : answered.length / rows.length,
      ...(answered.length > 0 && { accuracy: right / answered.length }),
    };
  });
}
