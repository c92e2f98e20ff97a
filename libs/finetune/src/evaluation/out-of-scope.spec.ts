import { Random } from '../random';
import { chooseScopeRule, scopeCurve, scopedPredictions, scopeMeasures, type ScopedRows } from './out-of-scope';
import { evaluateClassification } from './report';

const labels = ['cancel', 'other', 'refund'];
const outside = 1;

/** Rows in scope with clear logits, and rows out of scope whose logits say little, whatever their likeliest label. */
function scopedRows(inScope: number, outOfScope: number): ScopedRows {
  const random = new Random(4);
  const targets = [...Array.from({ length: inScope }, (_, row) => (row % 2) * 2), ...new Array<number>(outOfScope).fill(outside)];
  const logits = targets.flatMap((target) =>
    labels.map((_, label) => random.normal() / 2 + (target !== outside && label === target ? 4 : 0) + (label === outside ? -1 : 0)),
  );
  return { logits, targets, labels, temperature: 1 };
}

describe.each(['probability', 'energy', 'logit'] as const)('the threshold on the %s', (score) => {
  const validation = scopedRows(400, 10);
  const rule = chooseScopeRule(validation, { label: 'other', score, inScopeLoss: 0.05 });

  it('costs the rows in scope no more than is allowed, and finds most of those out of scope', () => {
    const { targets } = validation;
    const before = scopeMeasures(targets, scopedPredictions(validation, undefined), outside);
    const after = scopeMeasures(targets, scopedPredictions(validation, rule), outside);
    const lost = ((before.inScopeAccuracy ?? 0) - (after.inScopeAccuracy ?? 0)) * 400;
    expect(Math.round(lost)).toBeLessThanOrEqual(0.05 * 400);
    expect(before.outOfScopeRecall).toBeLessThan(0.4);
    expect(after.outOfScopeRecall).toBeGreaterThan(0.8);
  });

  it('costs nothing where nothing is allowed', () => {
    const strict = chooseScopeRule(validation, { label: 'other', score, inScopeLoss: 0 });
    const { targets } = validation;
    const share = (used: typeof strict): number | undefined =>
      scopeMeasures(targets, scopedPredictions(validation, used), outside).inScopeAccuracy;
    expect(share(strict)).toBe(share(undefined));
  });

  it('lies on a curve of ever more found and ever more lost', () => {
    const curve = scopeCurve(validation, { label: 'other', score });
    expect(curve.length).toBeGreaterThan(10);
    for (const [place, point] of curve.slice(1).entries()) {
      expect(point.threshold).toBeGreaterThan(curve[place].threshold);
      expect(point.outOfScopeRecall).toBeGreaterThanOrEqual(curve[place].outOfScopeRecall);
      expect(point.inScopeAccuracy).toBeLessThanOrEqual(curve[place].inScopeAccuracy);
    }
  });

  it('makes part of the report', () => {
    const { logits, targets } = validation;
    const report = evaluateClassification(logits, targets, labels, { outOfScope: { label: 'other', rule } });
    expect(report.outOfScopeRecall).toBeGreaterThan(0.8);
    expect(report.inScopeAccuracy).toBeGreaterThan(0.9);
    expect(report.accuracy).toBeGreaterThan(0.9);
    expect(report.outOfScope).toEqual(rule);
    const plain = evaluateClassification(logits, targets, labels, { outOfScope: { label: 'other' } });
    expect(plain.outOfScopeRecall).toBeLessThan(0.4);
    expect(evaluateClassification(logits, targets, labels).outOfScopeRecall).toBeUndefined();
  });
});

describe('measures of scope', () => {
  it('leave out what there are no rows for', () => {
    expect(scopeMeasures([0, 2], [0, 0], outside)).toEqual({ inScopeAccuracy: 0.5 });
    expect(scopeMeasures([1], [0], outside)).toEqual({ outOfScopeRecall: 0 });
  });

  it('have no threshold where no row in scope is right', () => {
    const rows = { logits: [0, 5, 1], targets: [0], labels, temperature: 1 };
    expect(chooseScopeRule(rows, { label: 'other', score: 'probability', inScopeLoss: 0.1 })).toBeUndefined();
  });
});
