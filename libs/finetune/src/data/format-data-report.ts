import type { DataReport, Distribution, SplitSummary } from './data-report';
import type { DuplicateReport } from './duplicates';

const SHOWN_LABELS = 100;

/** A text as the cell of a Markdown table. */
function cell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function distributionCells({ min, median, mean, p95, max }: Distribution): string[] {
  return [min, median, mean, p95, max].map((value) => String(Number(value.toPrecision(4))));
}

function splitTable(splits: SplitSummary[]): string {
  const rows = splits.map(({ name, path, rows: count, characters }) => [name, cell(path), String(count), ...distributionCells(characters)]);
  return table(['split', 'file', 'rows', 'least characters', 'median', 'mean', '95 of 100 below', 'most'], rows);
}

function labelTable([train, ...others]: SplitSummary[]): string {
  const rows = train.labels.slice(0, SHOWN_LABELS).map(({ label, rows: count, share }) => {
    const elsewhere = others.map(({ labels }) => String(labels.find((one) => one.label === label)?.rows ?? 0));
    return [cell(label), String(count), `${(100 * share).toFixed(1)} %`, ...elsewhere];
  });
  const more = train.labels.length - rows.length;
  const text = table(['label', train.name, `share of ${train.name}`, ...others.map(({ name }) => name)], rows);
  return more > 0 ? `${text}\n\n… and ${more} rarer labels.` : text;
}

function valueTable(splits: SplitSummary[]): string {
  const rows = splits.flatMap(({ name, values }) => (values ? [[name, ...distributionCells(values)]] : []));
  return table(['split', 'least', 'median', 'mean', '95 of 100 below', 'most'], rows);
}

function duplicateSections({ exact, near, acrossSplits, conflictingLabels }: DuplicateReport): string[] {
  const sections: string[] = [];
  if (exact.rows > 0) {
    const rows = exact.examples.map(({ text, places }) => [cell(text), places.map(({ split, row }) => `${split} ${row}`).join(', ')]);
    sections.push(`## Exact duplicates: ${exact.rows} rows`, table(['text', 'rows'], rows));
  }
  if (near && near.rows > 0) {
    const rows = near.examples.map((one) => [
      one.split,
      String(one.row),
      cell(one.text),
      String(one.otherRow),
      cell(one.other),
      one.similarity.toFixed(2),
    ]);
    const title = `## Near-duplicates: ${near.rows} rows, ${near.withOtherLabel} of them with another label`;
    sections.push(title, table(['split', 'row', 'text', 'row', 'like', 'similarity'], rows));
  }
  for (const { split, of, exact: same, near: like, examples } of acrossSplits) {
    if (examples.length === 0) continue;
    const rows = examples.map((one) => [String(one.row), String(one.otherRow), cell(one.text), one.similarity.toFixed(2)]);
    sections.push(
      `## Of ${split} also in ${of}: ${same} rows, nearly so ${like}`,
      table([`row of ${split}`, `row of ${of}`, 'text', 'similarity'], rows),
    );
  }
  if (conflictingLabels.texts > 0) {
    const rows = conflictingLabels.examples.map(({ text, labels }) => [
      cell(text),
      labels.map(({ label, split, row }) => `${cell(label)} (${split} ${row})`).join(', '),
    ]);
    sections.push(`## Texts with different labels: ${conflictingLabels.texts}`, table(['text', 'labels'], rows));
  }
  return sections;
}

/** A data report as a Markdown page; the first examples of each finding with their rows. */
export function formatDataReport({ task, splits, duplicates, droppedDuplicates, notices }: DataReport): string {
  const findings = notices.length > 0 ? notices.map((notice) => `- ${cell(notice)}`).join('\n') : 'Nothing stands out.';
  const parts = [
    '# Data report',
    `Task: ${task}. Exact duplicates left out of training: ${droppedDuplicates}.`,
    splitTable(splits),
    '## Findings',
    findings,
  ];
  if (task === 'regression') parts.push('## Values', valueTable(splits));
  else parts.push(`## Labels: ${splits[0].labels.length}`, labelTable(splits));
  return `${[...parts, ...duplicateSections(duplicates)].join('\n\n')}\n`;
}
