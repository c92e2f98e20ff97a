import { renderTable } from '../report-tables';
import { formatCount, formatScore, resultColours } from '../terminal';
import type { EvaluationDetails } from './evaluation-details';
import type { ChangedRow, RowVerdict } from './row-verdicts';

/** Confusions that are printed; --json has all. */
const SHOWN_CONFUSIONS = 15;
const SHOWN_CHARACTERS = 100;

/**
 * A close look at a classification for people.
 *
 * @param mostRows rows of each list to print
 */
export function renderDetails(details: EvaluationDetails, mostRows: number): string {
  const { errors, confusions, against } = details;
  const parts = [
    list(`Errors, the surest first`, errors, mostRows, errorLine),
    ...(confusions.length === 0 ? [] : [confusionTable(details)]),
    curveTable(details),
    ...(details.scopeCurve === undefined ? [] : [scopeTable(details.scopeCurve)]),
    ...(against === undefined ? [] : [changes(against, mostRows)]),
  ];
  return parts.join('\n\n');
}

function list<Row>(title: string, rows: readonly Row[], most: number, line: (row: Row) => string): string {
  const colours = resultColours();
  const heading = colours.bold(`${title}: ${formatCount(rows.length)}`);
  const shown = rows.slice(0, most).map(line);
  const rest = rows.length > most ? [colours.dim(`… and ${formatCount(rows.length - most)} more`)] : [];
  return [heading, ...shown, ...rest].join('\n');
}

function errorLine({ row, text, pair, label, predicted, probability }: RowVerdict): string {
  const both = pair === undefined ? text : `${text} | ${pair}`;
  return `  row ${row}: ${predicted} ${formatScore(probability)} instead of ${label}: ${shortened(both)}`;
}

function shortened(text: string): string {
  const characters = Array.from(text.replace(/\s+/g, ' '));
  return characters.length <= SHOWN_CHARACTERS ? characters.join('') : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}

function confusionTable({ confusions }: EvaluationDetails): string {
  const rows = confusions
    .slice(0, SHOWN_CONFUSIONS)
    .map(({ label, predicted, rows: count }) => [`${label} → ${predicted}`, formatCount(count)]);
  return renderTable(['label → what it is taken for', 'rows'], rows);
}

function curveTable({ answerCurve }: EvaluationDetails): string {
  const rows = answerCurve.map(({ threshold, answered, accuracy }) => [threshold.toFixed(2), formatScore(answered), formatScore(accuracy)]);
  return renderTable(['answered from probability', 'share answered', 'of these right'], rows);
}

function scopeTable(points: NonNullable<EvaluationDetails['scopeCurve']>): string {
  const rows = points.map(({ threshold, inScopeAccuracy, outOfScopeRecall, outOfScopePrecision, accuracy }) => [
    formatScore(threshold),
    ...[inScopeAccuracy, outOfScopeRecall, outOfScopePrecision, accuracy].map(formatScore),
  ]);
  return renderTable(['in scope from score', 'accuracy in scope', 'recall out of scope', 'precision out of scope', 'accuracy'], rows);
}

function changes(against: NonNullable<EvaluationDetails['against']>, mostRows: number): string {
  const { model, accuracy, fixed, broken, otherwiseWrong } = against;
  const colours = resultColours();
  const line = (change: ChangedRow): string =>
    `  row ${change.row}: ${change.before} → ${change.predicted} (${change.label}): ${shortened(change.text)}`;
  return [
    colours.bold(`Against ${model}: accuracy ${formatScore(accuracy.before)} → ${formatScore(accuracy.now)}`),
    list('Right before, wrong now', broken, mostRows, line),
    list('Wrong before, right now', fixed, mostRows, line),
    list('Wrong in another way', otherwiseWrong, mostRows, line),
  ].join('\n');
}
