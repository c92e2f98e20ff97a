import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { circumstances, type Circumstances } from './machine';

/** A finished measurement. */
export interface Result {
  /** Name of the file, without its ending. */
  name: string;
  title: string;
  /** The command that makes it again, from the root of the checkout. */
  command: string;
  /** What was measured and how, in a sentence or two. */
  summary: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  /** What else a reader must know, a line each. */
  notes?: readonly string[];
}

/** Writes a result as a Markdown page with its command, date, commit and processor, and returns its path. */
export async function writeResult(folder: string, result: Result): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${result.name}.md`);
  await writeFile(path, formatResult(result, circumstances()));
  return path;
}

/** The page of a result. */
export function formatResult({ title, command, summary, columns, rows, notes = [] }: Result, where: Circumstances): string {
  return [
    `# ${title}`,
    '',
    summary,
    '',
    '```sh',
    command,
    '```',
    '',
    formatTable(columns, rows),
    '',
    ...notes.map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
    '| | |',
    '|---|---|',
    `| date | ${where.date} |`,
    `| commit | ${where.commit} |`,
    `| processor | ${where.processor} |`,
    `| Node | ${where.node} |`,
    '',
  ].join('\n');
}

/** A Markdown table; all columns but the first are aligned to the right. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

/** A difference of shares, with its sign. */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}
