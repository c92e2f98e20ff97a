import { trainingFixture } from '@attune/testing';
import { headConfigSchema } from '../config/head-config';
import { binaryCrossEntropy, crossEntropy, makeLoss, meanSquaredError, type Loss } from '.';

const { rows, logits, firstColumn, targets, weights, several, numbers, expected } = trainingFixture().losses;
const classWeights = Float32Array.from(weights);

const CASES: [name: string, loss: Loss, outputs: number[], targets: number[]][] = [
  ['cross-entropy', crossEntropy({ labelSmoothing: 0, focalGamma: 0 }), logits, targets],
  ['cross-entropy, smoothed', crossEntropy({ labelSmoothing: 0.1, focalGamma: 0 }), logits, targets],
  ['cross-entropy, weighted', crossEntropy({ labelSmoothing: 0, focalGamma: 0, classWeights }), logits, targets],
  ['cross-entropy, weighted and smoothed', crossEntropy({ labelSmoothing: 0.2, focalGamma: 0, classWeights }), logits, targets],
  ['focal', crossEntropy({ labelSmoothing: 0, focalGamma: 2 }), logits, targets],
  ['binary cross-entropy', binaryCrossEntropy(), logits, several],
  ['mean squared error', meanSquaredError(), firstColumn, numbers],
];

describe.each(CASES)('%s', (name, loss, outputs, wanted) => {
  it("has PyTorch's value and gradient", () => {
    const goal = Float32Array.from(wanted);
    const result = loss.evaluate(Float32Array.from(outputs), goal, rows, loss.weight(goal, rows));
    expect(result.loss).toBeCloseTo(expected[name].loss, 6);
    result.gradient.forEach((value, i) => expect(value).toBeCloseTo(expected[name].gradient[i], 6));
  });

  it('adds up over the parts of a batch', () => {
    const width = outputs.length / rows;
    const targetWidth = wanted.length / rows;
    const goal = Float32Array.from(wanted);
    const total = loss.weight(goal, rows);
    const whole = loss.evaluate(Float32Array.from(outputs), goal, rows, total);
    const part = (from: number, to: number): ReturnType<Loss['evaluate']> =>
      loss.evaluate(
        Float32Array.from(outputs.slice(from * width, to * width)),
        Float32Array.from(wanted.slice(from * targetWidth, to * targetWidth)),
        to - from,
        total,
      );
    const [first, second] = [part(0, 2), part(2, rows)];
    expect(first.loss + second.loss).toBeCloseTo(whole.loss, 10);
    expect([...first.gradient, ...second.gradient]).toEqual([...whole.gradient]);
  });
});

it('refuses a class weight for a label that the data do not have', () => {
  const config = headConfigSchema.parse({ loss: { classWeights: { refund: 2, delivry: 3 } } });
  expect(() => makeLoss(config, ['delivery', 'refund'], [1, 1])).toThrow(/"delivry".*do not have/);
});

it('weighs rare labels more when balanced', () => {
  const config = headConfigSchema.parse({ loss: { classWeights: 'balanced' } });
  const loss = makeLoss(config, ['often', 'rare'], [30, 10]);
  expect(loss.weight(Float32Array.of(0), 1)).toBeCloseTo(40 / (2 * 30), 6);
  expect(loss.weight(Float32Array.of(1), 1)).toBeCloseTo(40 / (2 * 10), 6);
});
