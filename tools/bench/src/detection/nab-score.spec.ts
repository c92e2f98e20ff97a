import { judgeDetections, nabScore, type LabelledSeries } from './nab-score';

const series: LabelledSeries = { name: 'series', length: 1_000, windows: [[400, 499]] };
const scoreOf = (...detections: number[]): number => nabScore([judgeDetections(series, detections)]);

describe('nabScore', () => {
  it('is 0 for a detector that finds nothing and 100 for one that finds the window at its beginning', () => {
    expect(scoreOf()).toBe(0);
    expect(scoreOf(400)).toBeCloseTo(100);
  });

  it('counts the earliest detection of a window, and is worth less the later it is', () => {
    expect(scoreOf(450, 460)).toBe(scoreOf(450));
    expect(scoreOf(450)).toBeLessThan(scoreOf(420));
    expect(scoreOf(499)).toBeLessThan(60);
  });

  it('takes a tenth of a window for a false detection, less just behind a window, nothing at the beginning', () => {
    expect(scoreOf(200, 400)).toBeCloseTo(100 - 5.5);
    expect(scoreOf(400, 505)).toBeGreaterThan(scoreOf(400, 800));
    expect(scoreOf(10, 149, 400)).toBeCloseTo(100);
    expect(judgeDetections(series, [10, 200, 400, 900])).toMatchObject({ found: 1, falseDetections: 2 });
  });
});
