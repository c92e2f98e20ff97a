import { createHash } from 'node:crypto';
import { AttuneError, normalizeText, type TextCleaning } from '@attune/artifact';
import type { Example } from './example';
import { listRows, type LoadedExamples } from './load-examples';
import { selectMapped } from './map-columns';
import { readText } from './read-cell';
import { readRows, type ReadOptions, type SourceRow } from './read-rows';

/** Columns of a file of pairs. */
export interface PairColumns {
  /** Of the query; a cell that is a list holds as many queries of one answer. */
  text: string;
  /** Of the text that answers it. */
  pair: string;
  group?: string;
}

export interface PairOptions extends ReadOptions {
  normalization: TextCleaning;
}

/**
 * Reads the pairs of a file, a query and its answer each. Rows without one of the two are left out and tallied.
 *
 * @throws AttuneError `bad-data` naming file and row for a cell that holds no text, and where no row has both; what reading the file throws
 */
export async function loadPairs(path: string, columns: PairColumns, options: PairOptions): Promise<LoadedExamples> {
  const hash = createHash('sha256');
  const examples: Example[] = [];
  const withoutText: number[] = [];
  let rows = 0;
  for await (const source of readRows(path, selectMapped(path, { ...columns }), { ...options, hash })) {
    rows++;
    const pairs = pairsOf(path, source, columns, options.normalization);
    if (pairs.length === 0) withoutText.push(source.row);
    examples.push(...pairs);
  }
  if (examples.length === 0) {
    throw new AttuneError(
      'bad-data',
      `${path}: none of the ${rows} rows has a text in both columns "${columns.text}" and "${columns.pair}".`,
      {
        remedy: 'Name the right columns with data.text and data.pair.',
      },
    );
  }
  return { path, examples, rows, withoutText, sha256: hash.digest('hex') };
}

/** What is said of the rows of a file that were left out; nothing where there are none. */
export function pairNotices({ path, rows, withoutText }: LoadedExamples): string[] {
  if (withoutText.length === 0) return [];
  return [`${path}: ${withoutText.length} of ${rows} rows have no query or no answer and are left out (${listRows(withoutText)}).`];
}

function pairsOf(path: string, { row, values }: SourceRow, columns: PairColumns, normalization: TextCleaning): Example[] {
  const read = (column: string, cell: unknown): string => {
    const result = readText(cell);
    if ('problem' in result) {
      throw new AttuneError('bad-data', `${path}, row ${row}: column "${column}": ${result.problem}.`, { remedy: result.remedy });
    }
    return 'value' in result ? normalizeText(result.value, normalization) : '';
  };
  const cell = values[columns.text];
  const queries: unknown[] = Array.isArray(cell) ? cell : [cell];
  const pair = read(columns.pair, values[columns.pair]);
  if (pair === '') return [];
  const group = columns.group === undefined ? '' : read(columns.group, values[columns.group]);
  return queries
    .map((query) => read(columns.text, query))
    .filter((text) => text !== '')
    .map((text) => ({ text, pair, row, ...(group !== '' && { group }) }));
}
