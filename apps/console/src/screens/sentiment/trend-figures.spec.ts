import { spanOf } from './range';
import { marksOf, seriesOf, timesOf, totalsOf } from './trend-figures';
import type { Alert, Trend } from './types';

const NAMES = { volume: 'all', negative: 'negative', neutral: 'neutral', positive: 'positive', expected: 'expected', alertFrom: 'from' };
const point = (
  minute: number,
  negative: number,
  neutral: number,
  expected?: Trend['points'][number]['expected'],
): Trend['points'][number] => ({
  start: new Date(Date.UTC(2026, 2, 1, 9, minute)).toISOString(),
  end: new Date(Date.UTC(2026, 2, 1, 9, minute + 5)).toISOString(),
  documents: { negative, neutral, positive: 0 },
  stories: { negative, neutral, positive: 0 },
  meanScore: null,
  ...(expected === undefined ? {} : { expected }),
});

describe('the figures of a trend', () => {
  const points = [point(0, 1, 4), point(5, 7, 2, { negativeStories: 1.5, alertFrom: 5 })];

  it('are its stories, each class, and what was expected from where that is known', () => {
    const values = Object.fromEntries(seriesOf(points, NAMES).map((series) => [series.label, series.values]));
    expect(values).toEqual({ all: [5, 9], negative: [1, 7], neutral: [4, 2], positive: [0, 0], expected: [null, 1.5], from: [null, 5] });
    expect(totalsOf(points)).toEqual({ stories: 14, negative: 8 });
  });

  it('stand at the beginning of their step, and alerts where they opened', () => {
    expect(timesOf(points)).toEqual([Date.UTC(2026, 2, 1, 9) / 1_000, Date.UTC(2026, 2, 1, 9, 5) / 1_000]);
    expect(marksOf([{ openedAt: '2026-03-01T09:06:00Z', severity: 'critical' } as Alert])).toEqual([
      { at: Date.UTC(2026, 2, 1, 9, 6) / 1_000, colour: '--negative' },
    ]);
  });
});

describe('spanOf', () => {
  it('ends with the step in which now lies, and is made of whole steps', () => {
    const now = Date.UTC(2026, 2, 1, 9, 7, 30);
    expect(spanOf('24h', now)).toEqual({ from: Date.UTC(2026, 1, 28, 9, 15), to: Date.UTC(2026, 2, 1, 9, 15), step: 900 });
    for (const range of ['6h', '7d', '28d'] as const) {
      const { from, to, step } = spanOf(range, now);
      expect(to).toBeGreaterThanOrEqual(now);
      expect((to - from) % (step * 1_000)).toBe(0);
    }
  });
});
