import { AttuneError, normalizeText, type TaskName, type TextCleaning } from '@attune/artifact';
import { createHash } from 'node:crypto';
import type { Example, Label } from './example';
import { selectMapped, type ColumnMapping } from './map-columns';
import { readLabel, readText, readTime, type CellResult } from './read-cell';
import { readRows, type ReadOptions, type SourceRow } from './read-rows';

/** How cells become examples. */
export interface ExampleOptions extends ReadOptions {
  task: TaskName;
  /** Between the labels of one multi-label cell. */
  labelSeparator: string;
  /**
   * Tasks beside the first. With them a row may lack labels, an empty cell being none, and only one of the label columns must be in
   * the file.
   */
  furtherTasks?: readonly LabelColumn[];
  normalization: TextCleaning;
  /** What becomes of a row whose text is empty once normalised: left out (the default), or kept with text ''. */
  withoutText?: 'skip' | 'keep';
}

/** Where the labels of a further task stand. */
export interface LabelColumn {
  name: string;
  type: TaskName;
  label: string;
  labelSeparator: string;
}

/** What {@link streamExamples} left out, by row number. */
export interface RowTally {
  rows: number;
  withoutText: number[];
  withoutLabel: number[];
}

/** The examples of one file. */
export interface LoadedExamples {
  path: string;
  examples: Example[];
  /** Rows in the file, those without text included. */
  rows: number;
  /** Numbers of the rows left out for want of a text. */
  withoutText: number[];
  /** Of the file's bytes as they lie on disk, in hexadecimal. */
  sha256: string;
}

function valueOf<T>(path: string, row: number, result: CellResult<T>): T | undefined {
  if ('problem' in result) throw new AttuneError('bad-data', `${path}, row ${row}: ${result.problem}.`, { remedy: result.remedy });
  return 'value' in result ? result.value : undefined;
}

function exampleOf(path: string, { row, values }: SourceRow, columns: ColumnMapping, options: ExampleOptions): Example {
  const cell = <T>(column: string | undefined, read: (cell: unknown) => CellResult<T>): T | undefined =>
    column === undefined ? undefined : valueOf(path, row, read(values[column]));
  const example: Example = { text: normalizeText(cell(columns.text, readText) ?? '', options.normalization), row };
  const pair = normalizeText(cell(columns.pair, readText) ?? '', options.normalization);
  // A second text that is empty is none: the row is read as a single text, as it is when it is served without one.
  if (pair !== '') example.pair = pair;
  const { furtherTasks } = options;
  const labelOf = (column: string | undefined, task: TaskName, separator: string): Label | undefined =>
    cell(column, (value) => (furtherTasks !== undefined && isBlank(value) ? { empty: true } : readLabel(value, task, separator)));
  const label = labelOf(columns.label, options.task, options.labelSeparator);
  if (label !== undefined) example.label = label;
  for (const { name, type, label: column, labelSeparator } of furtherTasks ?? []) {
    const other = labelOf(column, type, labelSeparator);
    if (other !== undefined) (example.otherLabels ??= {})[name] = other;
  }
  const group = cell(columns.group, readText);
  if (group !== undefined) example.group = group;
  const time = cell(columns.time, readTime);
  if (time !== undefined) example.time = time;
  const slice = cell(columns.slice, readText);
  if (slice !== undefined) example.slice = slice;
  return example;
}

function isBlank(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '');
}

/**
 * Streams a file's rows as normalised examples, in the file's order. Rows without text or without a label are tallied; those
 * without text are left out unless they are to be kept.
 * @throws AttuneError naming file and row for a missing column, a cell of the wrong type, or whatever the reader cannot read.
 */
export async function* streamExamples(
  path: string,
  columns: ColumnMapping,
  options: ExampleOptions,
  tally: RowTally,
): AsyncGenerator<Example> {
  for await (const source of readRows(
    path,
    selectMapped(
      path,
      columns,
      (options.furtherTasks ?? []).map(({ label }) => label),
    ),
    options,
  )) {
    tally.rows++;
    const example = exampleOf(path, source, columns, options);
    if (example.text === '') {
      tally.withoutText.push(example.row);
      if (options.withoutText !== 'keep') continue;
    }
    if (columns.label !== undefined && example.label === undefined && example.otherLabels === undefined)
      tally.withoutLabel.push(example.row);
    yield example;
  }
}

/** Row numbers as a person reads them: the first few and how many more. */
export function listRows(rows: number[]): string {
  const shown = rows.slice(0, 5).join(', ');
  return `row${rows.length === 1 ? '' : 's'} ${shown}${rows.length > 5 ? ` and ${rows.length - 5} more` : ''}`;
}

function labelColumns({ label }: ColumnMapping, { furtherTasks = [] }: ExampleOptions): string {
  const names = [label, ...furtherTasks.map((task) => task.label)].map((name) => `"${name}"`);
  return names.length === 1 ? `column ${names[0]}` : `any of the columns ${names.join(', ')}`;
}

/**
 * Reads all examples of a file. With a label column every row must have a label.
 * @throws AttuneError `bad-data` when no row has text, or when rows lack a label; and as {@link streamExamples}.
 */
export async function loadExamples(path: string, columns: ColumnMapping, options: ExampleOptions): Promise<LoadedExamples> {
  const hash = createHash('sha256');
  const tally: RowTally = { rows: 0, withoutText: [], withoutLabel: [] };
  const examples: Example[] = [];
  for await (const example of streamExamples(path, columns, { ...options, hash }, tally)) examples.push(example);
  if (examples.length === 0) {
    throw new AttuneError('bad-data', `${path}: none of the ${tally.rows} rows has text in column "${columns.text}".`, {
      remedy: 'Name the right column with data.text or --text.',
    });
  }
  if (tally.withoutLabel.length > 0) {
    throw new AttuneError(
      'bad-data',
      `${path}: ${tally.withoutLabel.length} of ${tally.rows} rows have no label in ${labelColumns(columns, options)}: ${listRows(tally.withoutLabel)}.`,
      {
        remedy: 'Label these rows or remove them.',
      },
    );
  }
  return { path, examples, rows: tally.rows, withoutText: tally.withoutText, sha256: hash.digest('hex') };
}
