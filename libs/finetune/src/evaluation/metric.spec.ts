import { isBetter, metricValue } from './metric';
import { evaluateClassification, evaluateRegression } from './report';

describe('metricValue', () => {
  it('reads a measure of the task', () => {
    expect(metricValue(evaluateClassification([1, 0, 0, 1], [0, 1], ['a', 'b']), 'macroF1')).toBe(1);
    expect(metricValue(evaluateRegression([1, 2], [1, 2]), 'mse')).toBe(0);
  });

  it('is NaN where the rows cannot give it, which is never better', () => {
    const value = metricValue(evaluateRegression([1, 1], [1, 2]), 'spearman');
    expect(value).toBeNaN();
    expect(isBetter('spearman', value, undefined)).toBe(false);
  });

  it('names the measures of the task where it has no such one', () => {
    expect(() => metricValue(evaluateRegression([1], [1]), 'macroF1')).toThrow('A regression head has no metric "macroF1".');
  });
});

describe('isBetter', () => {
  it('knows which way is better', () => {
    expect(isBetter('accuracy', 0.9, 0.8)).toBe(true);
    expect(isBetter('loss', 0.9, 0.8)).toBe(false);
    expect(isBetter('mse', 0.1, undefined)).toBe(true);
    expect(isBetter('accuracy', 0.9, 0.9)).toBe(false);
  });
});
