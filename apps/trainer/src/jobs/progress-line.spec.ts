import { advance, NO_PROGRESS, readProgressLine, type ProgressLine } from './progress-line';

const step = { epochs: 2, steps: 8, loss: 0.5, learningRate: 1e-3, examplesPerSecond: 90, secondsLeft: 3 };

describe('the progress of a training', () => {
  it('follows its lines, and passes over those for people', () => {
    const lines = [
      'attune: something',
      '{"type":"phase","name":"training"}',
      JSON.stringify({ type: 'step', epoch: 1.25, step: 1, ...step }),
      '{"type":"unheard-of"}',
      '{broken',
      '{"type":"note","message":"Resumed at step 4."}',
    ].map(readProgressLine);
    expect(lines.filter((line) => line === undefined)).toHaveLength(3);
    const known = lines.filter((line): line is ProgressLine => line !== undefined);
    expect(known.reduce(advance, NO_PROGRESS)).toEqual({
      phase: 'training',
      epoch: 1.25,
      step: 1,
      ...step,
      evaluations: [],
      notes: ['Resumed at step 4.'],
    });
  });

  it('takes an evaluation that comes again after a kill once', () => {
    const evaluation = (at: number, accuracy: number) =>
      ({ type: 'evaluation', epoch: at / 4, step: at, metrics: { accuracy }, best: true }) as const;
    const { evaluations } = [evaluation(4, 0.5), evaluation(8, 0.6), evaluation(8, 0.7)].reduce(advance, NO_PROGRESS);
    expect(evaluations.map(({ step: at, metrics }) => [at, metrics.accuracy])).toEqual([
      [4, 0.5],
      [8, 0.7],
    ]);
  });
});
