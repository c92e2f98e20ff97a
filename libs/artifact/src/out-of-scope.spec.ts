import { interpretLogits } from './calibration';
import { labelByRule, scopeScore } from './out-of-scope';

const labels = ['cancel', 'other', 'refund'];
const outside = 1;

describe('the score for being in scope', () => {
  const logits = [2, 5, 1];

  it('is the probability, the energy or the logit of the labels in scope, that of the other left out', () => {
    const probability = scopeScore(logits, { outside, score: 'probability', temperature: 2 });
    expect(probability).toBeCloseTo(Math.exp(1) / (Math.exp(1) + Math.exp(2.5) + Math.exp(0.5)), 12);
    expect(scopeScore(logits, { outside, score: 'logit', temperature: 2 })).toBe(2);
    expect(scopeScore(logits, { outside, score: 'energy', temperature: 2 })).toBeCloseTo(Math.log(Math.exp(2) + Math.exp(1)), 12);
  });

  it('stays finite where logits are large', () => {
    expect(scopeScore([1e4, 0, 9e3], { outside, score: 'energy', temperature: 1 })).toBe(1e4);
  });
});

describe('the rule for texts out of scope', () => {
  const rule = { label: 'other', score: 'probability', threshold: 0.6 } as const;

  it.each([
    ['unsure of all', [1, 0, 0.8], 'other'],
    ['sure of a label in scope', [4, 0, 1], 'cancel'],
    ['sure that it is out of scope', [0, 4, 1], 'other'],
  ])('takes a row that is %s', (_, logits, label) => {
    expect(labels[labelByRule(logits, labels, rule, 1)]).toBe(label);
    const task = { type: 'classification' as const, labels, calibration: { temperature: 1 }, outOfScope: rule };
    expect(interpretLogits(task, logits)).toMatchObject({ label });
  });

  it('gives the probability that no label in scope is right', () => {
    const task = { type: 'classification' as const, labels, calibration: { temperature: 1 } };
    const plain = interpretLogits(task, [1, 0, 0.8]);
    const ruled = interpretLogits({ ...task, outOfScope: rule }, [1, 0, 0.8]);
    if (plain.type !== 'classification' || ruled.type !== 'classification') throw new Error('not a classification');
    expect(plain.label).toBe('cancel');
    expect(ruled.probability).toBeCloseTo(1 - plain.probability, 12);
    expect(ruled.probabilities).toEqual(plain.probabilities);
  });
});
