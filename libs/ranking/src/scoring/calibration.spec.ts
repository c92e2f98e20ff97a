import { expectedCalibrationError, fitCalibration, probabilityOf } from './calibration';

describe('calibration', () => {
  // A score s is right with probability s²: 2,000 evenly spread scores, right at evenly spread ranks within each thousandth.
  const scores = Array.from({ length: 20_000 }, (_, at) => at / 20_000);
  const right = scores.map((score, at) => (((at * 7919) % 1000) / 1000 < score * score ? 1 : 0));
  const points = fitCalibration(scores, right);

  it('finds the share that is right', () => {
    for (const score of [0.2, 0.5, 0.9]) expect(probabilityOf(points, score)).toBeCloseTo(score * score, 1);
    const probabilities = scores.map((score) => probabilityOf(points, score));
    expect(expectedCalibrationError(probabilities, right)).toBeLessThan(0.01);
    expect(expectedCalibrationError(scores, right)).toBeGreaterThan(0.1);
  });

  it('never falls, and stays level beyond its ends', () => {
    expect([...points.probabilities].sort((a, b) => a - b)).toEqual(points.probabilities);
    expect(probabilityOf(points, -5)).toBe(points.probabilities[0]);
    expect(probabilityOf(points, 5)).toBe(points.probabilities.at(-1));
    expect(probabilityOf(points, NaN)).toBe(points.probabilities[0]);
  });

  it('is level where all scores are equal, and where nothing was seen', () => {
    const level = fitCalibration(
      new Float64Array(300),
      Float64Array.from({ length: 300 }, (_, at) => at % 2),
    );
    expect(probabilityOf(level, 0)).toBe(0.5);
    expect(probabilityOf(fitCalibration([], []), 1)).toBe(0);
  });
});
