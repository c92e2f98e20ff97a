import type { ChartMark, ChartSeries } from '../../components/time-chart';
import type { Alert, Trend } from './types';

type Point = Trend['points'][number];

/** What a trend comes to. */
export interface TrendTotals {
  readonly stories: number;
  readonly negative: number;
}

/** Stories of a point, whatever they say. */
export function storiesOf({ stories: { negative, neutral, positive } }: Point): number {
  return negative + neutral + positive;
}

export function totalsOf(points: readonly Point[]): TrendTotals {
  return {
    stories: points.reduce((sum, point) => sum + storiesOf(point), 0),
    negative: points.reduce((sum, { stories }) => sum + stories.negative, 0),
  };
}

/** Names of the lines, in the language that is shown. */
export interface TrendNames {
  readonly volume: string;
  readonly negative: string;
  readonly neutral: string;
  readonly positive: string;
  readonly expected: string;
  readonly alertFrom: string;
}

/** The lines of a trend: volume, the three classes, and the band in which negative stories are ordinary. */
export function seriesOf(points: readonly Point[], names: TrendNames): ChartSeries[] {
  return [
    { label: names.volume, values: points.map(storiesOf), colour: '--muted', kind: 'bars' },
    { label: names.neutral, values: points.map(({ stories }) => stories.neutral), colour: '--neutral' },
    { label: names.positive, values: points.map(({ stories }) => stories.positive), colour: '--positive' },
    { label: names.negative, values: points.map(({ stories }) => stories.negative), colour: '--negative' },
    { label: names.expected, values: points.map(({ expected }) => expected?.negativeStories ?? null), colour: '--warning', kind: 'dashed' },
    {
      label: names.alertFrom,
      values: points.map(({ expected }) => expected?.alertFrom ?? null),
      colour: '--warning',
      kind: 'dashed',
      bandToPrevious: true,
    },
  ];
}

/** Times of the points in seconds since 1970. */
export function timesOf(points: readonly Point[]): number[] {
  return points.map(({ start }) => Date.parse(start) / 1_000);
}

/** Where alerts opened. */
export function marksOf(alerts: readonly Alert[]): ChartMark[] {
  return alerts.map(({ openedAt, severity }) => ({
    at: Date.parse(openedAt) / 1_000,
    colour: severity === 'warning' ? '--warning' : '--negative',
  }));
}
