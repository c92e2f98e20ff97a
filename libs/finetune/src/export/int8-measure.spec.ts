import type { TrainedHead } from './trained-head';
import { compareInt8, targetsOf } from './int8-measure';

type Measured = Parameters<typeof compareInt8>[0];

const head = (task: TrainedHead['head']['task'], labels: string[], metric?: Measured['metric']): Measured => ({
  head: { task, pooling: 'pooler', labels },
  calibration: { temperature: 1 },
  metric,
});

/** Logits of two labels that choose the given one. */
const choosing = (labels: number[]): Float32Array => Float32Array.from(labels.flatMap((label) => (label === 0 ? [1, -1] : [-1, 1])));

/** Rows of two labels in turn, of which the first `wrong` are mistaken. */
function rows(count: number, wrong: number): { targets: Float32Array; logits: Float32Array } {
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  return { targets: Float32Array.from(labels), logits: choosing(labels.map((label, i) => (i < wrong ? 1 - label : label))) };
}

describe('compareInt8', () => {
  const classifier = head('classification', ['no', 'yes'], 'accuracy');

  it.each([
    { count: 1000, before: 20, after: 25, acceptable: true },
    { count: 1000, before: 20, after: 26, acceptable: false },
    { count: 1000, before: 20, after: 0, acceptable: true },
    { count: 60, before: 3, after: 4, acceptable: true },
    { count: 60, before: 3, after: 5, acceptable: false },
  ])('of $count rows, $before wrong in float32 and $after in int8: $acceptable', ({ count, before, after, acceptable }) => {
    const { targets, logits } = rows(count, before);
    const comparison = compareInt8(classifier, targets, logits, rows(count, after).logits);
    expect(comparison).toEqual({ acceptable, metric: { name: 'accuracy', fp32: 1 - before / count, int8: 1 - after / count } });
  });

  it("takes the task's own measure where the head is chosen by its loss", () => {
    const { targets, logits } = rows(300, 3);
    expect(compareInt8(head('classification', ['no', 'yes'], 'loss'), targets, logits, logits).metric?.name).toBe('macroF1');
  });

  it('judges the ranks of a regression, and of few rows how alike the numbers are', () => {
    const targets = Float32Array.from({ length: 300 }, (_, i) => i);
    const shuffled = targets.map((value, i) => (i % 10 === 0 ? 300 - value : value));
    expect(compareInt8(head('regression', ['score']), targets, targets, shuffled)).toMatchObject({
      acceptable: false,
      metric: { name: 'spearman' },
    });
    const few = targets.subarray(0, 20);
    const swapped = Float32Array.from(few, (value, i) => (i < 6 ? value + (i % 2 === 0 ? 1.1 : -1.1) : value));
    expect(compareInt8(head('regression', ['score']), few, few, swapped).acceptable).toBe(true);
  });
});

describe('targetsOf', () => {
  it('lays targets out row by row and refuses those of another width', () => {
    const shape = head('multi-label', ['a', 'b']).head;
    expect([...targetsOf(shape, [{ target: new Float32Array([0, 1]) }, { target: new Float32Array([1, 1]) }])]).toEqual([0, 1, 1, 1]);
    expect(() => targetsOf(shape, [{ target: 1 }])).toThrow(/row 1 has 1 targets/);
  });
});
