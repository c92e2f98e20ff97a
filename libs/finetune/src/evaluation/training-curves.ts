import type { EChartsOption } from 'echarts';
import type { TrainingHistory } from '../training/events';
import { PALETTE, renderSvg } from './render-svg';

/** Most points drawn of a curve; more cannot be seen. */
const MOST_POINTS = 400;

const COLOURS = Object.values(PALETTE);
const FAINT = '#B8CCDB';

/** Measures of an evaluation that are drawn, where they are there; all are at most 1. */
const METRIC_NAMES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro F1',
  microF1: 'micro F1',
  rocAuc: 'ROC-AUC',
  prAuc: 'PR-AUC',
  spearman: 'Spearman',
};

type Point = [step: number, value: number];

/**
 * Loss and validation measures over the steps of a run, as an SVG image of 960 × 400 pixels.
 * The chart library is loaded by the first call.
 */
export function renderTrainingCurves(history: TrainingHistory): Promise<string> {
  return renderSvg(curvesOption(history), { width: 960, height: 400 });
}

function curvesOption({ losses, evaluations }: TrainingHistory): EChartsOption {
  const batches = losses.map((loss, index): Point => [index + 1, loss]);
  const measure = (name: string): Point[] =>
    evaluations.flatMap(({ step, metrics }): Point[] => (Number.isFinite(metrics[name]) ? [[step, metrics[name]]] : []));
  // With one label a row, micro F1 is the accuracy.
  const repeated = (name: string): boolean =>
    name === 'microF1' && evaluations.every(({ metrics: { accuracy, microF1 } }) => accuracy === microF1);
  const metrics = Object.keys(METRIC_NAMES).filter((name) => measure(name).length > 0 && !repeated(name));
  return {
    title: [
      { text: 'Loss', left: 60, top: 8, textStyle: { fontSize: 15, fontWeight: 'normal' } },
      { text: 'Validation', left: 550, top: 8, textStyle: { fontSize: 15, fontWeight: 'normal' } },
    ],
    grid: [
      { left: 60, top: 72, width: 390, bottom: 52 },
      { left: 550, top: 72, width: 380, bottom: 52 },
    ],
    legend: [
      {
        left: 56,
        top: 34,
        itemWidth: 18,
        itemGap: 22,
        icon: 'roundRect',
        itemHeight: 4,
        data: ['training batch', 'training, smoothed', 'validation'],
      },
      { left: 546, top: 34, itemWidth: 18, itemGap: 22, icon: 'roundRect', itemHeight: 4, data: metrics.map((name) => METRIC_NAMES[name]) },
    ],
    xAxis: [0, 1].map((gridIndex) => ({
      gridIndex,
      type: 'value' as const,
      min: 0,
      max: Math.max(losses.length, evaluations.at(-1)?.step ?? 0, 1),
      name: 'step',
      nameLocation: 'middle' as const,
      nameGap: 28,
      splitLine: { show: false },
      axisLabel: { hideOverlap: true },
    })),
    yAxis: [
      { gridIndex: 0, type: 'value', min: 0 },
      { gridIndex: 1, type: 'value', scale: true, max: 1 },
    ],
    series: [
      line('training batch', 0, thin(batches), FAINT, 1),
      line('training, smoothed', 0, thin(smooth(batches)), COLOURS[0], 2),
      { ...line('validation', 0, measure('loss'), COLOURS[1], 2), showSymbol: true },
      ...metrics.map((name, index) => ({
        ...line(METRIC_NAMES[name], 1, measure(name), COLOURS[index % COLOURS.length], 2),
        showSymbol: true,
      })),
    ],
  };
}

function line(name: string, panel: 0 | 1, data: Point[], color: string, width: number) {
  return {
    type: 'line' as const,
    name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    showSymbol: false,
    symbol: 'circle',
    symbolSize: 6,
    color,
    lineStyle: { color, width },
  };
}

/** Exponential moving average over about a hundredth of the run, corrected for its start. */
function smooth(points: Point[]): Point[] {
  const decay = 1 - 1 / Math.max(1, points.length / 100);
  let sum = 0;
  let weight = 0;
  return points.map(([step, value]) => {
    sum = decay * sum + value;
    weight = decay * weight + 1;
    return [step, sum / weight];
  });
}

/** Every n-th point, the last one always among them. */
function thin(points: Point[]): Point[] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}
