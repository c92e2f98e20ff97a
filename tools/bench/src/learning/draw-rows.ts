import { createHash } from 'node:crypto';

/** A text with its label. */
export interface LabelledText {
  text: string;
  label: string;
}

/**
 * A few rows of every label, drawn by their hash: for each label those whose sha256 of "draw<tab>text" is smallest, so that a draw is the same
 * on every machine and in every language.
 *
 * @param count rows of each label
 * @param draw number of the draw: another number, other rows
 */
export function drawRows(rows: readonly LabelledText[], count: number, draw: number): LabelledText[] {
  const hashed = rows
    .map((row) => ({ row, hash: createHash('sha256').update(`${draw}\t${row.text}`).digest('hex') }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  return labels.flatMap((label) =>
    hashed
      .filter(({ row }) => row.label === label)
      .slice(0, count)
      .map(({ row }) => row),
  );
}
