import { expectedCalibrationError, fitCalibration, probabilityOf } from '../scoring/calibration';
import { heldOutProbabilities, type ScoredExamples } from './held-out-calibration';

/** Two users of 100 examples each, every other one taken by the first, and none by the second. */
function twoUsers(): ScoredExamples {
  const labels = Uint8Array.from({ length: 200 }, (_, row) => (row < 100 ? row % 2 : 0));
  return { scores: new Float64Array(200), labels, standsFor: new Float32Array(200).fill(1), starts: [0, 100, 200] };
}

describe('heldOutProbabilities', () => {
  it('gives each user the curve of the others', () => {
    const probabilities = heldOutProbabilities(twoUsers(), 2);
    expect(new Set(probabilities.subarray(0, 100))).toEqual(new Set([0]));
    expect(new Set(probabilities.subarray(100))).toEqual(new Set([0.5]));
  });

  it('shows an error that the rows of the curve itself would hide', () => {
    const examples = twoUsers();
    const all = fitCalibration(examples.scores, examples.labels, examples.standsFor);
    const own = examples.scores.map((score) => probabilityOf(all, score));
    expect(expectedCalibrationError(own, examples.labels, examples.standsFor, 1)).toBe(0);
    expect(expectedCalibrationError(heldOutProbabilities(examples, 2), examples.labels, examples.standsFor, 2)).toBe(0.5);
  });
});
