import { baselinesOf, changeOf, directionOf, entriesByDirection, primaryFigure, singleFigures, tasksOfReport } from './figures';
import type { TaskReport } from './types';

describe('figures', () => {
  it.each([
    ['loss', 0.2, 'worse'],
    ['loss', -0.2, 'better'],
    ['expectedCalibrationError', -0.01, 'better'],
    ['macroF1', 0.01, 'better'],
    ['macroF1', -0.01, 'worse'],
    ['macroF1', 0.0004, 'same'],
    ['macroF1', -0.0004, 'same'],
    ['temperature', 0.3, 'other'],
    ['noveltyAt10', -1, 'other'],
  ])('take a change of %s by %d for %s', (figure, change, meaning) => {
    expect(changeOf(figure, { version: 0.5 + change, with: 0.5, change })).toBe(meaning);
  });

  it('that one side lacks cannot be compared', () => {
    expect(changeOf('accuracy', { version: 0.5 })).toBe('unknown');
    expect(changeOf('accuracy', { version: 0.5, with: null, change: null })).toBe('unknown');
  });

  it('which are unknown are better when they are larger', () => {
    expect(directionOf('somethingNew')).toBe('higher');
  });

  it('stand with those last that are neither good nor bad', () => {
    expect(entriesByDirection({ temperature: 1, loss: 2, accuracy: 3 }).map(([name]) => name)).toEqual(['loss', 'accuracy', 'temperature']);
  });

  it('have one by which a task is told first', () => {
    expect(primaryFigure({ loss: 0.1, accuracy: 0.9, macroF1: 0.8 })).toBe('macroF1');
    expect(primaryFigure({ loss: 0.1, macroF1: null, accuracy: 0.9 })).toBe('accuracy');
    expect(primaryFigure({ loss: 1.5, precisionAt1: 0.4, mrr: 0.6 })).toBe('mrr');
    expect(primaryFigure({ loss: 1.5, somethingNew: 0.4 })).toBe('somethingNew');
    expect(primaryFigure({ loss: 1.5 })).toBeUndefined();
  });

  it('of a report are its single numbers, without those that are told elsewhere', () => {
    const report: TaskReport = { task: 'classification', rows: 20, loss: 0.4, accuracy: 0.9, temperature: 1.2, averages: { micro: {} } };
    expect(singleFigures(report)).toEqual([
      ['loss', 0.4],
      ['accuracy', 0.9],
    ]);
  });

  it('of a report with several tasks are told by task', () => {
    const [tone, intent]: TaskReport[] = [{ rows: 3 }, { rows: 5 }];
    expect(tasksOfReport({ rows: 5, tasks: { intent, tone } }, 'unused')).toEqual([
      ['intent', intent],
      ['tone', tone],
    ]);
    expect(tasksOfReport({ rows: 5, accuracy: 0.5 }, 'head')).toEqual([['head', { rows: 5, accuracy: 0.5 }]]);
  });

  it('of a ranking stand beside those of simple rankings', () => {
    const report: TaskReport = { task: 'ranking', ndcgAt10: 0.3, baselines: { popular: { task: 'ranking', ndcgAt10: 0.1 }, odd: 7 } };
    expect(baselinesOf(report)).toEqual([
      ['model', { ndcgAt10: 0.3 }],
      ['popular', { ndcgAt10: 0.1 }],
    ]);
    expect(baselinesOf({ task: 'classification', accuracy: 0.9 })).toEqual([]);
  });
});
