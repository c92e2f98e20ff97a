import { binaryCalibrationError, expectedCalibrationError, fitBinaryTemperature, fitTemperature } from './calibration';
import { meanBinaryCrossEntropy, meanCrossEntropy, softmaxRows } from './probabilities';
import { Random } from '../random';

/** Logits whose probabilities are right, and targets drawn from them. */
function calibratedRows(rows: number, classes: number): { logits: Float32Array; targets: Int32Array } {
  const random = new Random(5);
  const logits = Float32Array.from({ length: rows * classes }, () => 2 * random.normal());
  const probabilities = softmaxRows(logits, classes);
  const targets = Int32Array.from({ length: rows }, (_, row) => {
    let rest = random.uniform();
    let target = 0;
    while (target < classes - 1 && (rest -= probabilities[row * classes + target]) > 0) target++;
    return target;
  });
  return { logits, targets };
}

describe('temperature', () => {
  it('finds by how much logits were overstated, and so lowers the calibration error', () => {
    const { logits, targets } = calibratedRows(4000, 4);
    const overstated = logits.map((logit) => 3 * logit);
    const temperature = fitTemperature(overstated, targets, 4);
    expect(temperature).toBeGreaterThan(2.8);
    expect(temperature).toBeLessThan(3.2);
    const before = expectedCalibrationError(softmaxRows(overstated, 4), targets, 4);
    const after = expectedCalibrationError(softmaxRows(overstated, 4, temperature), targets, 4);
    expect(before).toBeGreaterThan(0.1);
    expect(after).toBeLessThan(0.02);
  });

  it('is a minimum of the cross-entropy', () => {
    const { logits, targets } = calibratedRows(300, 3);
    const temperature = fitTemperature(logits, targets, 3);
    const loss = meanCrossEntropy(logits, targets, 3, temperature);
    for (const factor of [0.98, 1.02]) expect(meanCrossEntropy(logits, targets, 3, factor * temperature)).toBeGreaterThan(loss);
  });

  it('is a minimum of the binary cross-entropy of several labels', () => {
    const random = new Random(6);
    const logits = Float32Array.from({ length: 500 }, () => 4 * random.normal());
    const targets = Uint8Array.from(logits, (logit) => (random.uniform() < 1 / (1 + Math.exp(-logit / 2)) ? 1 : 0));
    const temperature = fitBinaryTemperature(logits, targets);
    const loss = meanBinaryCrossEntropy(logits, targets, temperature);
    for (const factor of [0.98, 1.02]) expect(meanBinaryCrossEntropy(logits, targets, factor * temperature)).toBeGreaterThan(loss);
  });

  it('stays in its range where every row is right, or every row wrong', () => {
    expect(fitTemperature([5, 0, 0, 5], [0, 1], 2)).toBeCloseTo(0.05, 4);
    expect(fitTemperature([5, 0, 0, 5], [1, 0], 2)).toBeCloseTo(20, 1);
  });

  it('is 1 where the logits say nothing', () => {
    expect(fitTemperature([1, 1, 1, 1], [0, 1], 2)).toBe(1);
    expect(fitTemperature([NaN, 1], [0], 2)).toBe(1);
  });
});

describe('calibration error', () => {
  it('is the mean distance of accuracy from confidence over bins', () => {
    // Two rows in the bin of 0.9 (one right), two in that of 0.6 (both right).
    const probabilities = [0.9, 0.1, 0.1, 0.9, 0.6, 0.4, 0.4, 0.6];
    expect(expectedCalibrationError(probabilities, [0, 0, 0, 1], 2, 10)).toBeCloseTo((2 * 0.4 + 2 * 0.4) / 4, 12);
  });

  it('of independent labels compares probability and share of positives', () => {
    expect(binaryCalibrationError([0.2, 0.2, 0.2, 0.2, 0.2], [1, 0, 0, 0, 0])).toBeCloseTo(0, 12);
    expect(binaryCalibrationError([0, 1], [1, 0])).toBe(1);
  });
});
