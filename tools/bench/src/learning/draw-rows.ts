import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

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

/**
 * Writes a draw of the rows in a file as JSON lines.
 *
 * @returns how many rows it has
 */
export async function writeDraw(file: string, out: string, count: number, draw: number): Promise<number> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const drawn = drawRows(
    lines.map((line) => JSON.parse(line) as LabelledText),
    count,
    draw,
  );
  await writeFile(out, drawn.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return drawn.length;
}
