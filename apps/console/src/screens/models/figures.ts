import type { Difference, TaskReport } from './types';

/** Whether a larger value is better, a smaller one, or neither. */
export type Direction = 'higher' | 'lower' | 'neither';

/** What a change means. */
export type Change = 'better' | 'worse' | 'same' | 'other' | 'unknown';

const LOWER = new Set(['loss', 'mse', 'mae', 'rmse', 'expectedCalibrationError', 'calibrationError']);
/** They say what a model is like, and not how good it is. */
const NEITHER = new Set([
  'temperature',
  'candidates',
  'items',
  'users',
  'coverageAt10',
  'coverageOfSeenAt10',
  'noveltyAt10',
  'diversityAt10',
  'giniAt10',
  'popularityBiasAt10',
]);
/** The figure by which a task is told in one number: the first that it has. */
const PRIMARY = ['macroF1', 'ndcgAt10', 'mrr', 'spearman', 'microF1', 'accuracy'];
/** Changes below this are not seen at the digits that are shown. */
const SMALLEST_CHANGE = 0.0005;

export function directionOf(figure: string): Direction {
  if (LOWER.has(figure)) return 'lower';
  return NEITHER.has(figure) ? 'neither' : 'higher';
}

/** What the change of a figure means; F1 of labels is a figure like others. */
export function changeOf(figure: string, { change }: Difference): Change {
  if (change === undefined || change === null) return 'unknown';
  if (Math.abs(change) < SMALLEST_CHANGE) return 'same';
  const direction = directionOf(figure);
  if (direction === 'neither') return 'other';
  return change > 0 === (direction === 'higher') ? 'better' : 'worse';
}

/** Figures with those last that say what a model is like, and not how good it is. */
export function entriesByDirection<Value>(figures: Readonly<Record<string, Value>>): [string, Value][] {
  const isLast = ([name]: [string, Value]): number => Number(directionOf(name) === 'neither');
  return Object.entries(figures).sort((one, other) => isLast(one) - isLast(other));
}

/** The one figure of a task that is told first; undefined where it has none. */
export function primaryFigure(metrics: Readonly<Record<string, number | null>>): string | undefined {
  return PRIMARY.find((name) => typeof metrics[name] === 'number') ?? Object.keys(metrics).find((name) => name !== 'loss');
}

/** Reports by task; of a version with one task, by the name of that. */
export function tasksOfReport(report: TaskReport & { tasks?: Record<string, TaskReport> }, only: string): [string, TaskReport][] {
  const { tasks, ...own } = report;
  return tasks === undefined ? [[only, own]] : Object.entries(tasks);
}

/** The single numbers of a report in its own order, without its count of rows, and those of the calibration, which are told apart. */
export function singleFigures(report: TaskReport): [string, number][] {
  return Object.entries(report).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'rows' && entry[0] !== 'temperature',
  );
}

/** The figures of simple rankings beside the report's own, `[name, figures]`; empty where the report is of no ranking. */
export function baselinesOf(report: TaskReport): [string, Record<string, number>][] {
  const { baselines } = report;
  if (!isRecord(baselines)) return [];
  return [
    ['model', numbersOf(report)],
    ...Object.entries(baselines).flatMap(([name, figures]): [string, Record<string, number>][] =>
      isRecord(figures) ? [[name, numbersOf(figures)]] : [],
    ),
  ];
}

function numbersOf(record: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
