import type { DataReport } from '@attune/finetune';
import { renderTable } from './report-tables';
import { formatCount, resultColours } from './terminal';

/** Labels of a table; rarer ones are counted in one line. */
const SHOWN_LABELS = 20;

/** A data set for people: its splits, its classes, and what is worth a look. */
export function renderDataReport({ splits, notices }: DataReport): string {
  const colours = resultColours();
  const rows = splits.map(({ name, path, rows: count, characters }) => [
    name,
    path,
    formatCount(count),
    `${formatCount(Math.round(characters.median))}`,
    `${formatCount(Math.round(characters.p95))}`,
  ]);
  const parts = [renderTable(['split', 'file', 'rows', 'characters, median', '95 of 100 below'], rows)];
  const labels = splits[0]?.labels ?? [];
  if (labels.length > 0) parts.push(labelTable(splits));
  if (notices.length > 0) parts.push(notices.map((notice) => `${colours.yellow('!')} ${notice}`).join('\n'));
  return parts.join('\n\n');
}

function labelTable(splits: DataReport['splits']): string {
  const labels = splits[0].labels;
  const counts = splits.map((split) => new Map(split.labels.map(({ label, rows }) => [label, rows])));
  const cells = labels
    .slice(0, SHOWN_LABELS)
    .map(({ label, share }) => [label, ...counts.map((count) => formatCount(count.get(label) ?? 0)), `${(100 * share).toFixed(1)} %`]);
  const table = renderTable(['label', ...splits.map(({ name }) => name), `of ${splits[0].name}`], cells);
  return labels.length > SHOWN_LABELS ? `${table}\n… and ${labels.length - SHOWN_LABELS} rarer labels` : table;
}
