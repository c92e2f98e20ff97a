import { trainingFixture } from '@attune/testing';
import { headConfigSchema } from '../config/head-config';
import { binaryCrossEntropy, crossEntropy, makeLoss, meanSquaredError, rDrop, type Loss } from '.';

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
  const { loss } = headConfigSchema.parse({ loss: { classWeights: { refund: 2, delivry: 3 } } });
  expect(() => makeLoss({ task: 'classification', loss }, ['delivery', 'refund'], [1, 1])).toThrow(/"delivry".*do not have/);
});

it('weighs rare labels more when balanced', () => {
  const keys = headConfigSchema.parse({ loss: { classWeights: 'balanced' } });
  const loss = makeLoss({ task: 'classification', loss: keys.loss }, ['often', 'rare'], [30, 10]);
  expect(loss.weight(Float32Array.of(0), 1)).toBeCloseTo(40 / (2 * 30), 6);
  expect(loss.weight(Float32Array.of(1), 1)).toBeCloseTo(40 / (2 * 10), 6);
});

describe('R-Drop', () => {
  const base = crossEntropy({ labelSmoothing: 0, focalGamma: 0 });
  const loss = rDrop(base, 3);
  const goal = Float32Array.of(0, 2, 0, 2);
  const outputs = Float32Array.of(0.4, -1, 0.3, 2, 0.1, -0.6, 1.2, 0.5, -0.8, -0.4, 0.9, 1.1);
  const at = (values: Float32Array): number => loss.evaluate(values, goal, 4, 4).loss;

  it('is the plain loss where both passes agree', () => {
    const twice = Float32Array.from([...outputs.slice(0, 6), ...outputs.slice(0, 6)]);
    expect(at(twice)).toBeCloseTo(base.evaluate(outputs.slice(0, 6), goal.slice(0, 2), 2, 2).loss, 6);
    expect(at(outputs)).toBeGreaterThan(base.evaluate(outputs, goal, 4, 4).loss);
  });

  it('has the gradient of finite differences', () => {
    const { gradient } = loss.evaluate(outputs, goal, 4, 4);
    outputs.forEach((_, i) => {
      const moved = (by: number): Float32Array => outputs.map((value, j) => (j === i ? value + by : value));
      expect(gradient[i]).toBeCloseTo((at(moved(0.01)) - at(moved(-0.01))) / 0.02, 4);
    });
  });
});
