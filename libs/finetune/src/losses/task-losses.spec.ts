import type { HeadShape } from '@attune/artifact';
import { taskLayout } from '../heads/task-layout';
import { binaryCrossEntropy, crossEntropy, meanSquaredError, rDrop, taskLosses } from '.';

const HEADS: HeadShape[] = [
  { name: 'opinion', task: 'classification', pooling: 'pooler', labels: ['bad', 'good', 'neither'] },
  { name: 'topics', task: 'multi-label', pooling: 'mean', labels: ['goods', 'staff'] },
  { name: 'score', task: 'regression', pooling: 'cls', labels: ['score'] },
];
const layout = taskLayout(HEADS);
const opinion = crossEntropy({ labelSmoothing: 0.1, focalGamma: 0 });
const tasks = [
  { loss: opinion, weight: 1, repeatsRows: false },
  { loss: binaryCrossEntropy(), weight: 0.5, repeatsRows: false },
  { loss: meanSquaredError(), weight: 2, repeatsRows: false },
];
const losses = taskLosses(tasks, layout);

/** Four rows: all labels, the first alone, topics and score, none. */
const TARGETS = Float32Array.of(1, 1, 0, 0.5, 2, NaN, NaN, NaN, NaN, 0, 1, -1, NaN, NaN, NaN, NaN);
const LOGITS = Float32Array.from({ length: 4 * 6 }, (_, i) => Math.sin(3 * i + 1));
const ROWS = 4;

describe('losses of several tasks', () => {
  const weights = losses.weights(TARGETS, ROWS);
  const { loss, gradient } = losses.evaluate(LOGITS, TARGETS, ROWS, weights);

  it('are each the mean over the rows that have a label for the task, weighted by the task', () => {
    const row = (at: number, from: number, width: number): Float32Array => LOGITS.subarray(at * 6 + from, at * 6 + from + width);
    const both = Float32Array.of(...row(0, 0, 3), ...row(1, 0, 3));
    const first = opinion.evaluate(both, Float32Array.of(1, 2), 2, 2).loss;
    const second = binaryCrossEntropy().evaluate(Float32Array.of(...row(0, 3, 2), ...row(2, 3, 2)), Float32Array.of(1, 0, 0, 1), 2, 4).loss;
    const third = meanSquaredError().evaluate(Float32Array.of(...row(0, 5, 1), ...row(2, 5, 1)), Float32Array.of(0.5, -1), 2, 2).loss;
    expect(loss).toBeCloseTo(first + 0.5 * second + 2 * third, 10);
  });

  it('give no gradient to a task in a row without its label', () => {
    expect([...gradient.subarray(6, 12)].map((value) => value === 0)).toEqual([false, false, false, true, true, true]);
    expect([...gradient.subarray(12, 15)]).toEqual([0, 0, 0]);
    expect([...gradient.subarray(18)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('have the gradient of finite differences', () => {
    gradient.forEach((value, i) => {
      const at = (by: number): number =>
        losses.evaluate(
          LOGITS.map((logit, j) => (j === i ? logit + by : logit)),
          TARGETS,
          ROWS,
          weights,
        ).loss;
      expect(value).toBeCloseTo((at(0.01) - at(-0.01)) / 0.02, 4);
    });
  });

  it('add up over the parts of a step', () => {
    const part = (from: number, to: number) =>
      losses.evaluate(LOGITS.subarray(from * 6, to * 6), TARGETS.subarray(from * 4, to * 4), to - from, weights);
    const [first, second] = [part(0, 1), part(1, 4)];
    expect(first.loss + second.loss).toBeCloseTo(loss, 10);
    [...first.gradient, ...second.gradient].forEach((value, i) => expect(value).toBeCloseTo(gradient[i], 6));
  });

  it('repeat rows for all where one asks for it, and pair the rows of that task alone', () => {
    const twice = taskLosses([{ loss: rDrop(opinion, 2), weight: 1, repeatsRows: true }, ...tasks.slice(1)], layout);
    expect(twice.repeatsRows).toBe(true);
    const logits = Float32Array.of(...LOGITS, ...LOGITS);
    const targets = Float32Array.of(...TARGETS, ...TARGETS);
    // Both passes agree: no divergence, and the loss of one pass.
    expect(twice.evaluate(logits, targets, 8, twice.weights(targets, 8)).loss).toBeCloseTo(loss, 6);
  });
});
