import { curvesOf, smooth, splitName } from './curves';

describe('curves of a training', () => {
  it('are the losses, and of each task its first figure', () => {
    const { epochs, losses, scores } = curvesOf([
      {
        epoch: 1,
        step: 10,
        metrics: { 'intent.loss': 1, 'intent.accuracy': 0.5, 'intent.macroF1': 0.4, 'matching.loss': 2, 'matching.mrr': 0.3 },
      },
      { epoch: 2, step: 20, metrics: { 'intent.loss': 0.8, 'intent.accuracy': 0.6, 'intent.macroF1': 0.5, 'matching.loss': null } },
    ]);
    expect(epochs).toEqual([1, 2]);
    expect(losses).toEqual([
      { task: 'intent', figure: 'loss', values: [1, 0.8] },
      { task: 'matching', figure: 'loss', values: [2, null] },
    ]);
    expect(scores).toEqual([
      { task: 'intent', figure: 'macroF1', values: [0.4, 0.5] },
      { task: 'matching', figure: 'mrr', values: [0.3, null] },
    ]);
  });

  it('of a head with one task name none', () => {
    expect(curvesOf([{ epoch: 1, step: 4, metrics: { loss: 1, accuracy: 0.5 } }]).scores).toEqual([
      { task: undefined, figure: 'accuracy', values: [0.5] },
    ]);
    expect(curvesOf([])).toEqual({ epochs: [], losses: [], scores: [] });
  });

  it('tell the task from the figure by the last dot', () => {
    expect(splitName('v1.tone.macroF1')).toEqual({ task: 'v1.tone', figure: 'macroF1' });
  });

  it('are smoothed without a pull to the first value, and leave out what is no number', () => {
    expect(smooth([3, 3, 3], 10).map((value) => Number(value?.toFixed(9)))).toEqual([3, 3, 3]);
    const [first, second, third] = smooth([1, null, 2], 2);
    expect([first, second]).toEqual([1, null]);
    expect(third).toBeCloseTo((0.25 * 1 + 0.5 * 2) / 0.75, 9);
  });
});
