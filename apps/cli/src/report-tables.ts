import type { EvaluationReport } from '@attune/finetune';
import Table from 'cli-table3';
import { formatCount, formatScore, resultColours } from './terminal';

/** Largest number of labels whose confusion matrix still fits on a screen. */
const MATRIX_LABELS = 12;

const NO_BORDERS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
}; // prettier-ignore

const SUMMARY: [keyof EvaluationReport, string][] = [
  ['accuracy', 'accuracy'],
  ['inScopeAccuracy', 'accuracy in scope'],
  ['outOfScopeRecall', 'recall out of scope'],
  ['outOfScopePrecision', 'precision out of scope'],
  ['rocAuc', 'ROC-AUC'],
  ['prAuc', 'PR-AUC'],
  ['mse', 'mean squared error'],
  ['mae', 'mean absolute error'],
  ['r2', 'R²'],
  ['pearson', 'Pearson'],
  ['spearman', 'Spearman'],
  ['precisionAt1', 'precision at 1'],
  ['recallAt5', 'recall at 5'],
  ['recallAt10', 'recall at 10'],
  ['mrr', 'mean reciprocal rank'],
  ['ndcgAt5', 'NDCG at 5'],
  ['ndcgAt10', 'NDCG at 10'],
  ['loss', 'loss'],
];

/** Columns of text under a header: the first to the left, the others, numbers, to the right. */
export function renderTable(head: string[], rows: string[][]): string {
  const colours = resultColours();
  const table = new Table({
    head: head.map((cell) => colours.dim(cell)),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/**
 * An evaluation for people: a table of the classes with their averages, the single figures, and the confusion matrix
 * where it fits.
 *
 * @param mostClasses print only the classes with the lowest F1 where there are more
 */
export function renderReport(report: EvaluationReport, title: string, mostClasses = Infinity): string {
  const colours = resultColours();
  const among = report.candidates === undefined ? 'rows' : `queries, ${formatCount(report.candidates)} texts to be found`;
  const parts = [colours.bold(`${title}: ${formatCount(report.rows)} ${among}`)];
  if (report.perClass !== undefined) parts.push(classTable(report, mostClasses));
  parts.push(summaryLines(report));
  if (report.confusionMatrix !== undefined && report.confusionMatrix.length <= MATRIX_LABELS) parts.push(matrixTable(report));
  return parts.join('\n\n');
}

/** {@link renderReport}, of each task in turn where there are several. */
export function renderTaskReports(report: EvaluationReport, title: string, mostClasses = Infinity): string {
  if (report.tasks === undefined) return renderReport(report, title, mostClasses);
  return Object.entries(report.tasks)
    .map(([name, own]) => renderReport(own, `${title}, ${name}`, mostClasses))
    .join('\n\n');
}

/** Figures of a report in one line of a table of slices. */
const SLICE_FIGURES: [keyof EvaluationReport, string][] = [
  ['accuracy', 'accuracy'],
  ['microF1', 'micro F1'],
  ['macroF1', 'macro F1'],
  ['mse', 'mean squared error'],
  ['spearman', 'Spearman'],
];

/**
 * A line of figures for the rows of each value of a column, a table for each task.
 *
 * @param column name of the column, as the tables' heading
 */
export function renderSlices(slices: Readonly<Record<string, EvaluationReport>>, column: string): string {
  const entries = Object.entries(slices);
  const tasks = [...new Set(entries.flatMap(([, { tasks: own }]) => Object.keys(own ?? {})))];
  if (tasks.length === 0) return sliceTable(entries, column);
  return tasks
    .map((task) =>
      sliceTable(
        entries.flatMap(([value, { tasks: own }]) => (own?.[task] ? [[value, own[task]]] : [])),
        `${column}, ${task}`,
      ),
    )
    .join('\n\n');
}

function sliceTable(entries: readonly [string, EvaluationReport][], title: string): string {
  const shown = SLICE_FIGURES.filter(([key]) => entries.some(([, report]) => report[key] !== undefined));
  const rows = entries.map(([value, report]) => [
    value,
    formatCount(report.rows),
    ...shown.map(([key]) => (typeof report[key] === 'number' ? formatScore(report[key]) : '')),
  ]);
  return renderTable([title, 'rows', ...shown.map(([, name]) => name)], rows);
}

function classTable({ perClass = [], averages }: EvaluationReport, mostClasses: number): string {
  const isCut = perClass.length > mostClasses;
  const shown = isCut ? [...perClass].sort((a, b) => a.f1 - b.f1).slice(0, mostClasses) : perClass;
  const rows = shown.map((entry) => [entry.label, ...scoreCells(entry)]);
  const named = Object.entries(averages ?? {}).map(([name, average]) => [`${name} average`, ...scoreCells(average)]);
  const table = renderTable(['label', 'precision', 'recall', 'F1', 'rows'], [...rows, ['', '', '', '', ''], ...named]);
  return isCut ? `The ${mostClasses} labels with the lowest F1, of ${perClass.length}:\n${table}` : table;
}

function scoreCells(scores: { precision: number; recall: number; f1: number; support: number }): string[] {
  return [formatScore(scores.precision), formatScore(scores.recall), formatScore(scores.f1), formatCount(scores.support)];
}

function summaryLines(report: EvaluationReport): string {
  const colours = resultColours();
  const figures = SUMMARY.flatMap(([key, name]) => {
    const value = report[key];
    return typeof value === 'number' ? [[name, formatScore(value)]] : [];
  });
  const calibration = report.expectedCalibrationError;
  if (calibration !== undefined) {
    figures.push([
      'calibration error',
      `${formatScore(calibration.after)} (${formatScore(calibration.before)} before temperature scaling)`,
    ]);
  }
  const width = Math.max(...figures.map(([name]) => name.length));
  return figures.map(([name, value]) => `${colours.dim(name.padEnd(width))}  ${value}`).join('\n');
}

function matrixTable({ confusionMatrix = [], labels = [] }: EvaluationReport): string {
  const rows = confusionMatrix.map((line, truth) => [labels[truth] ?? '', ...line.map((count) => formatCount(count))]);
  return renderTable(['true \\ predicted', ...labels], rows);
}
