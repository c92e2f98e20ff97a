import { renderReport } from './report-tables';
import { formatDuration } from './terminal';

const scores = { precision: 1, recall: 0.5, f1: 2 / 3, support: 1200 };

describe('renderReport', () => {
  const report = {
    task: 'classification' as const,
    rows: 2400,
    loss: 0.25,
    accuracy: 0.75,
    perClass: ['good', 'bad', 'ugly'].map((label, index) => ({ ...scores, label, f1: index / 2 })),
    averages: { micro: scores, macro: scores, weighted: scores },
    labels: ['good', 'bad', 'ugly'],
    confusionMatrix: [
      [1000, 200, 0],
      [0, 1, 2],
      [3, 4, 5],
    ],
    expectedCalibrationError: { before: 0.1, after: 0.02 },
  };

  it('shows every class, the averages, the figures and the matrix', () => {
    const text = renderReport(report, 'Test');
    expect(text).toContain('Test: 2,400 rows\n');
    expect(text).toMatch(/^good +1\.0000 +0\.5000 +0\.0000 +1,200$/m);
    expect(text).toMatch(/^macro average +1\.0000 +0\.5000 +0\.6667 +1,200$/m);
    expect(text).toMatch(/^accuracy +0\.7500$/m);
    expect(text).toMatch(/^calibration error +0\.0200 \(0\.1000 before temperature scaling\)$/m);
    expect(text).toMatch(/^good +1,000 +200 +0$/m);
  });

  it('shows the worst classes where there are too many', () => {
    const text = renderReport(report, 'Test', 2);
    expect(text).toContain('The 2 labels with the lowest F1, of 3:');
    expect(text).not.toMatch(/^ugly +1\.0000/m);
  });

  it('shows a regression', () => {
    expect(renderReport({ task: 'regression', rows: 3, loss: 0.5, mse: 0.5, spearman: 0.9 }, 'Test')).toMatch(/^Spearman +0\.9000$/m);
  });
});

describe('formatDuration', () => {
  it.each([
    [0.0124, '12 ms'],
    [0.9996, '1 s'],
    [3.24, '3.2 s'],
    [59.7, '1 min 0 s'],
    [250, '4 min 10 s'],
    [7500, '2 h 5 min'],
    [NaN, '–'],
  ])('%d s is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
