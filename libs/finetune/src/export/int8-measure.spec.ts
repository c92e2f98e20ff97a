import { sigmoid } from '@attune/artifact';
import { evaluateMultiLabel } from '../evaluation/report';
import { chooseThresholds } from '../evaluation/thresholds';
import { Random } from '../random';
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

  describe('with thresholds, which fit the float32 logits of the held-out rows too well', () => {
    /** Two labels whose logits follow the target through noise of the given size. */
    function noisy(count: number, shift: number): { targets: Float32Array; fp32: Float32Array; int8: Float32Array } {
      const generator = new Random(7);
      const random = (): number => generator.uniform();
      const targets = Float32Array.from({ length: 2 * count }, () => Number(random() < 0.15));
      const fp32 = targets.map((target) => target - 1.5 + 2.4 * (random() - 0.5));
      return { targets, fp32, int8: fp32.map((logit) => logit + 0.02 * (random() - 0.5) + shift) };
    }
    const tagger = (fp32: Float32Array, targets: Float32Array): Measured => ({
      ...head('multi-label', ['a', 'b'], 'microF1'),
      thresholds: chooseThresholds(sigmoid(fp32), targets, 2),
    });

    it('forgives what the choice of thresholds alone explains', () => {
      const { targets, fp32, int8 } = noisy(300, 0);
      const measured = tagger(fp32, targets);
      const fitted = (logits: Float32Array): number =>
        evaluateMultiLabel(logits, targets, ['a', 'b'], { thresholds: measured.thresholds }).microF1 ?? NaN;
      const { acceptable, metric } = compareInt8(measured, targets, fp32, int8);
      expect(acceptable).toBe(true);
      expect(metric?.fp32).toBeLessThan(fitted(fp32));
    });

    it('refuses logits that a threshold no longer suits', () => {
      const { targets, fp32, int8 } = noisy(300, 0.6);
      expect(compareInt8(tagger(fp32, targets), targets, fp32, int8).acceptable).toBe(false);
    });
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
