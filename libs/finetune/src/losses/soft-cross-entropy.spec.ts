import { softCrossEntropy } from './soft-cross-entropy';

const LABELS = 3;
const LOGITS = Float32Array.of(0.2, -1, 0.7, 2, 0, -0.5);
const TARGETS = Float32Array.of(0.2, 0.3, 0.5, 1, 0, 0);

describe.each([1, 2])('softCrossEntropy at temperature %d', (temperature) => {
  const loss = softCrossEntropy(LABELS, temperature);
  const at = (logits: Float32Array): number => loss.evaluate(logits, TARGETS, 2, [2]).loss;

  it('has the gradient of finite differences', () => {
    const { gradient } = loss.evaluate(LOGITS, TARGETS, 2, loss.weights(TARGETS, 2));
    gradient.forEach((slope, i) => {
      const moved = (by: number): Float32Array => LOGITS.map((value, place) => (place === i ? value + by : value));
      expect(slope).toBeCloseTo((at(moved(0.01)) - at(moved(-0.01))) / 0.02, 3);
    });
  });

  it('is least where the probabilities are those of the targets', () => {
    const right = Float32Array.from([0.2, 0.3, 0.5], (share) => temperature * Math.log(share));
    const one = softCrossEntropy(LABELS, temperature).evaluate(right, TARGETS.subarray(0, LABELS), 1, [1]);
    expect(Math.max(...one.gradient.map(Math.abs))).toBeLessThan(1e-6);
  });
});
