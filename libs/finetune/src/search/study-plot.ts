import type { EChartsOption } from 'echarts';
import { PALETTE, renderSvg } from '../evaluation/render-svg';
import type { Dimension } from './space';
import { byValue, type Direction, type Trial } from './trial';

const COLOURS = { complete: PALETTE.blue, stopped: PALETTE.orange, best: PALETTE.green };
/** Panels of searched keys; more would not be read. */
const MOST_PANELS = 8;
const COLUMNS = 3;
const WIDTH = 960;
const ROW_HEIGHT = 300;
const STATES = ['complete', 'stopped'] as const;

/** What is drawn of a study. */
export interface StudyPlot {
  dimensions: readonly Dimension[];
  trials: readonly Trial[];
  direction: Direction;
  /** Name of the measure. */
  metric: string;
}

/** The value of each trial, and against each searched key, as an SVG image. The chart library is loaded by the first call. */
export function renderStudy(plot: StudyPlot): Promise<string> {
  const rows = Math.ceil((Math.min(plot.dimensions.length, MOST_PANELS) + 1) / COLUMNS);
  return renderSvg(plotOption(plot), { width: WIDTH, height: rows * ROW_HEIGHT });
}

function plotOption({ dimensions, trials, direction, metric }: StudyPlot): EChartsOption {
  const shown = dimensions.slice(0, MOST_PANELS);
  const valued = trials.filter(({ value }) => value !== undefined);
  const panels = ['trial', ...shown.map(({ path }) => path)];
  return {
    legend: { top: 8, data: [...STATES, 'best so far'] },
    grid: panels.map((_, place) => ({
      left: 70 + (place % COLUMNS) * 310,
      top: 60 + Math.floor(place / COLUMNS) * ROW_HEIGHT,
      width: 220,
      height: 180,
    })),
    xAxis: panels.map((name, gridIndex) => ({
      ...xAxisOf(shown[gridIndex - 1]),
      gridIndex,
      name,
      nameLocation: 'middle' as const,
      nameGap: 28,
      splitLine: { show: false },
      axisLabel: { hideOverlap: true },
    })),
    yAxis: panels.map((_, gridIndex) => ({ gridIndex, type: 'value' as const, scale: true, name: gridIndex === 0 ? metric : '' })),
    series: [
      ...panels.flatMap((_, panel) => STATES.map((state) => points(state, panel, valued, shown[panel - 1]))),
      {
        type: 'line',
        name: 'best so far',
        step: 'end',
        xAxisIndex: 0,
        yAxisIndex: 0,
        showSymbol: false,
        color: COLOURS.best,
        data: bestSoFar(valued, direction),
      },
    ],
  };
}

function xAxisOf(dimension: Dimension | undefined) {
  if (dimension === undefined) return { type: 'value' as const, minInterval: 1 };
  if (dimension.kind === 'choice') return { type: 'category' as const, data: dimension.values.map(String) };
  return { type: dimension.log ? ('log' as const) : ('value' as const), min: dimension.min, max: dimension.max };
}

function points(state: (typeof STATES)[number], panel: number, trials: readonly Trial[], dimension: Dimension | undefined) {
  const data = trials.flatMap((trial): [number | string, number][] => {
    if (trial.state !== state || trial.value === undefined) return [];
    if (dimension === undefined) return [[trial.number, trial.value]];
    const place = trial.parameters[dimension.path];
    if (place === undefined) return [];
    return [[typeof place === 'number' && dimension.kind === 'range' ? place : String(place), trial.value]];
  });
  return { type: 'scatter' as const, name: state, xAxisIndex: panel, yAxisIndex: panel, symbolSize: 8, color: COLOURS[state], data };
}

function bestSoFar(trials: readonly Trial[], direction: Direction): [number, number][] {
  const compare = byValue(direction);
  let best: number | undefined;
  return trials.flatMap(({ number, state, value }): [number, number][] => {
    if (state === 'complete' && value !== undefined && (best === undefined || compare(value, best) < 0)) best = value;
    return best === undefined ? [] : [[number, best]];
  });
}
