import { useEffect, useRef, type ReactNode } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from '../app/theme';
import './time-chart.css';

/** A line or an area of a chart. Its colour is a variable of the style sheets, such as `--negative`. */
export interface ChartSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
  /** `points` are values with nothing known between them, joined by lines. */
  readonly kind?: 'line' | 'bars' | 'dashed' | 'points';
  /** The area between this and the series before is filled. */
  readonly bandToPrevious?: boolean;
}

/** Something that happened at a time. */
export interface ChartMark {
  /** Seconds since 1970. */
  readonly at: number;
  readonly colour: string;
}

interface TimeChartProps {
  /** What the chart shows, for screen readers; the figures themselves belong into a text or table beside it. */
  readonly label: string;
  /** Seconds since 1970 of each value, or a plain number where `isTime` is false. */
  readonly at: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly marks?: readonly ChartMark[];
  readonly isTime?: boolean;
  /** What the numbers are where it is no time. */
  readonly atLabel?: string | undefined;
  readonly height?: number;
}

const NO_MARKS: readonly ChartMark[] = [];

/** Series over time. It is drawn anew when an array is another one than before. */
export function TimeChart({ label, at, series, marks = NO_MARKS, isTime = true, atLabel, height = 260 }: TimeChartProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { dark } = useTheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = new uPlot(
      optionsOf(element, { series, marks, isTime, atLabel, height }),
      [[...at], ...series.map(({ values }) => [...values])],
      element,
    );
    const sizes = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      chart.destroy();
    };
    // The colours are read anew when the theme changes.
  }, [at, series, marks, isTime, atLabel, height, dark]);
  return <div ref={place} className="time-chart" role="img" aria-label={label} />;
}

type Drawn = Required<Pick<TimeChartProps, 'series' | 'marks' | 'isTime' | 'height'>> & Pick<TimeChartProps, 'atLabel'>;

function optionsOf(element: HTMLElement, { series, marks, isTime, atLabel, height }: Drawn): uPlot.Options {
  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1 },
  };
  return {
    width: element.clientWidth,
    height,
    scales: { x: { time: isTime }, y: { range: (_chart, low, high) => [Math.min(0, low), high <= 0 ? 1 : high * 1.05] } },
    axes: [axis, { ...axis, size: 46 }],
    legend: { live: true },
    cursor: { drag: { x: true, y: false } },
    bands: series.flatMap(({ bandToPrevious, colour: name }, place) =>
      bandToPrevious === true ? [{ series: [place + 1, place] as [number, number], fill: translucent(colour(name), 0.14) }] : [],
    ),
    series: [
      atLabel === undefined ? {} : { label: atLabel },
      ...series.map(({ label, colour: name, kind = 'line' }): uPlot.Series => {
        const stroke = colour(name);
        const shared = { label, stroke, width: 2, points: { show: false } };
        if (kind === 'bars')
          return { ...shared, width: 0, fill: translucent(stroke, 0.35), paths: uPlot.paths.bars?.({ size: [0.8, 40] }) };
        if (kind === 'points') return { ...shared, spanGaps: true, points: { show: true, size: 7 } };
        return kind === 'dashed' ? { ...shared, width: 1.4, dash: [5, 4] } : shared;
      }),
    ],
    hooks: {
      draw: [
        (chart) => {
          for (const { at, colour: name } of marks) drawMark(chart, at, colour(name));
        },
      ],
    },
  };
}

function drawMark(chart: uPlot, at: number, colour: string): void {
  const { ctx, bbox } = chart;
  const x = chart.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const size = 6 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - size, bbox.top);
  ctx.lineTo(x + size, bbox.top);
  ctx.lineTo(x, bbox.top + 1.6 * size);
  ctx.fill();
  ctx.restore();
}

function translucent(colour: string, alpha: number): string {
  return `color-mix(in srgb, ${colour} ${String(alpha * 100)}%, transparent)`;
}
