import { fitCalibration, probabilityOf, type CalibrationPoints } from '../scoring/calibration';
import type { ScoringExamples } from './scoring-examples';
import { folds } from './user-folds';

/** Examples without their features, each with a score by weights that its user did not teach. */
export interface ScoredExamples extends Pick<ScoringExamples, 'labels' | 'standsFor' | 'starts'> {
  scores: Float64Array;
}

/** The curve from the scores of some users' examples to the share of them that was taken. */
function calibrationOf({ scores, labels, standsFor, starts }: ScoredExamples, users: readonly number[]): CalibrationPoints {
  const rows = Uint32Array.from(
    users.flatMap((user) => Array.from({ length: starts[user + 1] - starts[user] }, (_, at) => starts[user] + at)),
  );
  const of = (values: ArrayLike<number>): Float64Array => Float64Array.from(rows, (row) => values[row]);
  return fitCalibration(of(scores), of(labels), of(standsFor));
}

/** A probability for each example, by the curve of the other parts' users: what a calibration error may be measured on. */
export function heldOutProbabilities(examples: ScoredExamples, parts: number): Float64Array {
  const { scores, starts } = examples;
  const probabilities = new Float64Array(scores.length);
  const users = Array.from({ length: starts.length - 1 }, (_, user) => user);
  for (const { rest, part } of folds(users, parts)) {
    const calibration = calibrationOf(examples, rest);
    for (const user of part) {
      for (let row = starts[user]; row < starts[user + 1]; row++) probabilities[row] = probabilityOf(calibration, scores[row]);
    }
  }
  return probabilities;
}
