import { gateFaults, type GateLimits } from './gate';
import { judgementOf, type Judgement } from './judge';

const LIMITS: GateLimits = { tolerance: 0.01, classTolerance: 0.1, leastSupport: 10, calibrationTolerance: 0.02, slowdown: 1.25 };
const said = (label: string, probability = 0.9) => ({ label, probability, probabilities: {}, logits: new Float32Array() });

describe('a judgement', () => {
  it('has the macro F1 of the labels that occur, and their own', () => {
    const rows = [
      { said: said('a'), right: 'a' },
      { said: said('a'), right: 'b' },
      { said: said('b'), right: 'b' },
      // A label that occurs nowhere among the rows counts as a mistake, and is no class of its own.
      { said: said('c'), right: 'b' },
    ];
    const { score, classes } = judgementOf({ type: 'classification' }, rows);
    expect(classes).toEqual({ a: { f1: 2 / 3, support: 1 }, b: { f1: 2 / 4, support: 3 } });
    expect(score).toBeCloseTo((2 / 3 + 0.5) / 2, 12);
  });

  it('has the calibration error: sure and always right is 0, sure and half right is not', () => {
    const rows = (right: string) => [
      { said: said('a', 1), right: 'a' },
      { said: said('a', 1), right },
    ];
    expect(judgementOf({ type: 'classification' }, rows('a')).calibrationError).toBe(0);
    expect(judgementOf({ type: 'classification' }, rows('b')).calibrationError).toBe(0.5);
  });

  it('has the micro F1 of several labels, and minus the error of a number', () => {
    const several = { labels: ['a', 'b'], probabilities: {}, logits: new Float32Array() };
    expect(judgementOf({ type: 'multi-label' }, [{ said: several, right: ['a'] }]).score).toBeCloseTo(2 / 3, 12);
    const number = (value: number) => ({ value, probabilities: {}, logits: new Float32Array() });
    const rows = [
      { said: number(1), right: '2' },
      { said: number(2), right: '1' },
    ];
    expect(judgementOf({ type: 'regression' }, rows).score).toBe(-1);
  });
});

describe('the gate', () => {
  const serving: Judgement = {
    rows: 100,
    score: 0.8,
    classes: { a: { f1: 0.9, support: 50 }, b: { f1: 0.7, support: 50 }, rare: { f1: 1, support: 2 } },
    calibrationError: 0.03,
  };
  const faultsOf = (updated: Partial<Judgement>) =>
    gateFaults([{ set: 'golden', serving: { intent: serving }, updated: { intent: { ...serving, ...updated } } }], LIMITS);

  it('lets pass what is as good, or better, within the limits', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ score: 0.795, calibrationError: 0.045 })).toEqual([]);
    expect(faultsOf({ classes: { a: { f1: 0.81, support: 50 }, b: { f1: 0.9, support: 50 } } })).toEqual([]);
  });

  it.each([
    ['a lower score', { score: 0.78 }, { what: 'score', limit: 0.79 }],
    ['a score that is no number', { score: NaN }, { what: 'score' }],
    ['a label that is found less', { classes: { ...serving.classes, b: { f1: 0.5, support: 50 } } }, { what: 'class', label: 'b' }],
    ['a label that is gone', { classes: { b: { f1: 0.9, support: 50 } } }, { what: 'class', label: 'a', updated: 0 }],
    ['a worse calibration', { calibrationError: 0.06 }, { what: 'calibration' }],
  ])('stops %s', (_, updated, fault) => {
    expect(faultsOf(updated)).toEqual([
      expect.objectContaining({ ...fault, ...('limit' in fault && { limit: expect.closeTo(0.79, 10) as number }) }),
    ]);
  });

  it('stops a slower one', () => {
    expect(gateFaults([], LIMITS, { serving: 0.01, updated: 0.012 })).toEqual([]);
    expect(gateFaults([], LIMITS, { serving: 0.01, updated: 0.013 })).toEqual([expect.objectContaining({ what: 'speed' })]);
  });
});
