import type { HeadShape } from '@attune/artifact';
import { taskLayout } from '../heads/task-layout';
import { crossEntropy } from './cross-entropy';
import { binaryCrossEntropy, meanSquaredError } from '.';
import { withSoftTargets } from './soft-targets';
import { taskLosses, type StepLoss } from './task-losses';

const intent: HeadShape = { task: 'classification', pooling: 'mean', labels: ['a', 'b', 'c'] };
const topics: HeadShape = { name: 'topics', task: 'multi-label', pooling: 'mean', labels: ['x', 'y'] };
const score: HeadShape = { name: 'score', task: 'regression', pooling: 'mean', labels: ['score'] };

const own = {
  classification: crossEntropy({ labelSmoothing: 0.1, focalGamma: 0 }),
  'multi-label': binaryCrossEntropy(),
  regression: meanSquaredError(),
};

function lossOf(heads: HeadShape[], options: { temperature: number; hard: number; soft: number }): StepLoss {
  const layout = taskLayout(heads);
  const base = taskLosses(
    heads.map((head) => ({ loss: own[head.task], weight: 1, repeatsRows: false })),
    layout,
  );
  return withSoftTargets(base, layout, { ...options, headWeights: heads.map((_, place) => (place === 0 ? 1 : 0.5)) });
}

const CASES: [string, HeadShape[], number[][], number[][]][] = [
  [
    'a classification',
    [intent],
    [
      [0.2, -1, 0.5],
      [1, 0, -0.3],
    ],
    [
      [2, 0.1, 0.2, 0.7],
      [0, 0.6, 0.3, 0.1],
    ],
  ],
  [
    'a row without a label',
    [intent],
    [
      [0.2, -1, 0.5],
      [1, 0, -0.3],
    ],
    [
      [NaN, 0.1, 0.2, 0.7],
      [0, 0.6, 0.3, 0.1],
    ],
  ],
  [
    'an output that the teacher does not have',
    [intent],
    [
      [0.2, -1, 0.5],
      [1, 0, -0.3],
    ],
    [
      [2, 0.4, 0.6, NaN],
      [0, NaN, NaN, NaN],
    ],
  ],
  [
    'several heads',
    [intent, topics, score],
    [
      [0.2, -1, 0.5, 0.4, -0.2, 0.9],
      [1, 0, -0.3, 0.1, 2, -0.5],
    ],
    [
      [2, 1, 0, NaN, 0.1, 0.2, 0.7, 0.8, 0.3, 0.5],
      [NaN, NaN, NaN, 0.3, 0.6, 0.3, 0.1, 0, 1, 0.1],
    ],
  ],
];

describe.each(CASES)('soft targets of %s', (_, heads, logits, targets) => {
  const loss = lossOf(heads, { temperature: 2, hard: 0.4, soft: 0.6 });
  const goal = Float32Array.from(targets.flat());
  const weights = loss.weights(goal, targets.length);
  const at = (values: number[]): ReturnType<StepLoss['evaluate']> =>
    loss.evaluate(Float32Array.from(values), goal, targets.length, weights);

  it('have the gradient that differences show', () => {
    const flat = logits.flat();
    const { gradient } = at(flat);
    flat.forEach((_value, i) => {
      const moved = (by: number): number => at(flat.map((value, j) => (j === i ? value + by : value))).loss;
      expect(gradient[i]).toBeCloseTo((moved(0.01) - moved(-0.01)) / 0.02, 4);
    });
  });

  it('add up over the parts of a step', () => {
    const width = logits[0].length;
    const parts = targets.map((row, i) => loss.evaluate(Float32Array.from(logits[i]), Float32Array.from(row), 1, weights));
    const whole = at(logits.flat());
    expect(parts.reduce((sum, part) => sum + part.loss, 0)).toBeCloseTo(whole.loss, 6);
    parts.forEach((part, row) => part.gradient.forEach((value, j) => expect(value).toBeCloseTo(whole.gradient[row * width + j], 6)));
  });
});

it('cost nothing where the outputs say what the teacher says, whatever the temperature', () => {
  const logits = [1, -0.5, 0.3];
  const scaled = logits.map((value) => Math.exp(value / 3));
  const sum = scaled.reduce((total, value) => total + value, 0);
  const loss = lossOf([intent], { temperature: 3, hard: 0, soft: 1 });
  const goal = Float32Array.from([0, ...scaled.map((value) => value / sum)]);
  const result = loss.evaluate(Float32Array.from(logits), goal, 1, loss.weights(goal, 1));
  expect(result.loss).toBeCloseTo(0, 6);
  result.gradient.forEach((value) => expect(value).toBeCloseTo(0, 6));
});
