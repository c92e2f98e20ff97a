import { answerCurve } from './answer-curve';

describe('the answer curve', () => {
  /** Probabilities 0.5, 0.75, 0.9 and 0.98 of the first of two classes. */
  const logits = [0.5, 0.75, 0.9, 0.98].flatMap((probability) => [Math.log(probability / (1 - probability)), 0]);

  it('answers ever fewer rows, and says how many of these are right', () => {
    const curve = answerCurve(logits, [1, 0, 1, 0], 2, 1);
    const at = (threshold: number) => curve.find((point) => point.threshold === threshold);
    expect(at(0)).toEqual({ threshold: 0, answered: 1, accuracy: 0.5 });
    expect(at(0.7)).toEqual({ threshold: 0.7, answered: 0.75, accuracy: 2 / 3 });
    expect(at(0.95)).toEqual({ threshold: 0.95, answered: 0.25, accuracy: 1 });
    expect(at(0.99)).toEqual({ threshold: 0.99, answered: 0 });
  });

  it('goes by calibrated probabilities', () => {
    const cooler = answerCurve(logits, [0, 0, 0, 0], 2, 0.25).find(({ threshold }) => threshold === 0.99);
    expect(cooler?.answered).toBe(0.5);
  });
});
