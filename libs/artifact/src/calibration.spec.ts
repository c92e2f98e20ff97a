import fc from 'fast-check';
import { interpretLogits } from './calibration';
import { sigmoid, softmax } from './softmax';

const logits = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 20 });
const temperature = fc.double({ min: 0.01, max: 100, noNaN: true });

describe('softmax', () => {
  it('gives probabilities that sum to 1, in the order of the logits, at any temperature', () => {
    fc.assert(
      fc.property(logits, temperature, (values, t) => {
        const probabilities = softmax(values, t);
        expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
        values.forEach((value, i) =>
          values.forEach((other, j) => value > other && expect(probabilities[i]).toBeGreaterThanOrEqual(probabilities[j])),
        );
      }),
    );
  });

  it('is that of the logits divided by the temperature', () => {
    expect([...softmax([1, 3], 2)]).toEqual([...softmax([0.5, 1.5])]);
    expect(softmax([0, Math.log(3)])[1]).toBeCloseTo(0.75, 12);
  });
});

describe('sigmoid', () => {
  it('is 1/2 at 0 and stays a probability far out', () => {
    expect([...sigmoid([0, 1e5, -1e5])]).toEqual([0.5, 1, 0]);
    expect(sigmoid([2], 2)[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });
});

describe('interpretLogits', () => {
  const task = { labels: ['late', 'lost', 'other'], calibration: { temperature: 1 } };

  it('gives the best label with its probability', () => {
    const result = interpretLogits({ ...task, type: 'classification' }, new Float32Array([0, 2, 1]));
    expect(result).toMatchObject({ label: 'lost', probability: expect.closeTo(0.6652, 4) });
  });

  it('gives the labels that reach their threshold', () => {
    const thresholds = { late: 0.2, lost: 0.9 };
    const result = interpretLogits({ ...task, type: 'multi-label', thresholds }, [-1, 2, 0]);
    expect(result).toMatchObject({ labels: ['late', 'other'] });
  });

  it('gives the number of a regression', () => {
    expect(interpretLogits({ ...task, labels: ['score'], type: 'regression' }, [3.5])).toEqual({ type: 'regression', value: 3.5 });
  });
});
