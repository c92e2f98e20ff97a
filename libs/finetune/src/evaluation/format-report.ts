import { largestConfusions } from './confusion-matrix';
import type { EvaluationReport } from './report';

const COLUMNS = ['precision', 'recall', 'f1-score', 'support'];
const COLUMN_WIDTH = 11;
/** Mistaken pairs of classes that are listed. */
const CONFUSIONS_SHOWN = 5;
const WIDE_CHARACTERS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

type PrecisionRecall = NonNullable<EvaluationReport['averages']>['micro'];

/**
 * A report for people: the table of scikit-learn's `classification_report` with all averages, then the measures that
 * belong to no class, and the pairs of classes most often mistaken. Plain text without colours, lines ended by `\n`.
 */
export function formatReport(report: EvaluationReport): string {
  const lines = report.task === 'regression' ? [] : classTable(report);
  const measures = measureLines(report);
  const width = Math.max(...measures.map(([name]) => name.length));
  for (const [name, value] of measures) lines.push(`${name.padEnd(width)}  ${value}`);
  lines.push(...confusionLines(report));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function classTable({ perClass = [], averages, accuracy, rows }: EvaluationReport): string[] {
  const averageRows = averages
    ? Object.entries(averages).map(([name, metrics]): [string, PrecisionRecall] => [`${name} avg`, metrics])
    : [];
  const names = [...perClass.map(({ label }) => label), ...averageRows.map(([name]) => name), 'accuracy'];
  const width = Math.max(...names.map(displayWidth));
  const cells = (name: string, values: string[]): string =>
    ' '.repeat(width - displayWidth(name)) + name + values.map((value) => value.padStart(COLUMN_WIDTH)).join('');
  const line = (name: string, { precision, recall, f1, support }: PrecisionRecall): string =>
    cells(name, [...[precision, recall, f1].map(fixed), String(support)]);
  return [
    cells('', COLUMNS),
    '',
    ...perClass.map((metrics) => line(metrics.label, metrics)),
    '',
    ...(accuracy === undefined ? [] : [cells('accuracy', ['', '', fixed(accuracy), String(rows)])]),
    ...averageRows.map(([name, metrics]) => line(name, metrics)),
    '',
  ];
}

/** The measures of the whole set that a report has, in reading order. */
function measureLines(report: EvaluationReport): [name: string, value: string][] {
  const lines: [string, number | string | undefined][] = [
    ['rows', report.task === 'regression' ? String(report.rows) : undefined],
    ['loss', report.task === 'regression' ? undefined : report.loss],
    ['mean squared error', report.mse],
    ['mean absolute error', report.mae],
    ['R²', report.r2],
    ['Pearson correlation', report.pearson],
    ['Spearman correlation', report.spearman],
    ['ROC-AUC', report.rocAuc],
    ['PR-AUC', report.prAuc],
    ['calibration error', calibrationText(report)],
  ];
  return lines.flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, typeof value === 'number' ? fixed(value) : value]],
  );
}

function calibrationText({ expectedCalibrationError: error, temperature }: EvaluationReport): string | undefined {
  if (!error) return undefined;
  if (temperature === undefined || temperature === 1) return fixed(error.before);
  return `${fixed(error.before)} → ${fixed(error.after)} (temperature ${temperature.toFixed(3)})`;
}

function confusionLines({ confusionMatrix, labels = [] }: EvaluationReport): string[] {
  const confusions = confusionMatrix ? largestConfusions(confusionMatrix, CONFUSIONS_SHOWN) : [];
  if (confusions.length === 0) return [];
  const lines = confusions.map(({ target, prediction, rows }) => `${String(rows).padStart(6)}  ${labels[target]} → ${labels[prediction]}`);
  return ['', 'Most frequent mistakes (rows, true → predicted)', ...lines];
}

function fixed(value: number): string {
  return value.toFixed(4);
}

/** Columns of a terminal that a text takes; Chinese, Japanese and Korean characters take two. */
function displayWidth(text: string): number {
  return [...text].length + (text.match(WIDE_CHARACTERS)?.length ?? 0);
}
