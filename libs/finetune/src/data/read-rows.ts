import { AttuneError } from '@attune/artifact';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readDelimited } from './readers/delimited';
import { readJsonLines } from './readers/json-lines';
import { readParquet } from './readers/parquet';
import { readError, type ReadOptions } from './readers/source-bytes';
import type { SelectColumns, SourceRow } from './readers/source-row';

export type { ReadOptions } from './readers/source-bytes';
export type { SelectColumns, SourceRow } from './readers/source-row';

/** Formats of labelled files, each plain or gzip. */
export type RowFormat = 'csv' | 'tsv' | 'jsonl' | 'parquet';

const FORMATS: Record<string, RowFormat> = { csv: 'csv', tsv: 'tsv', tab: 'tsv', jsonl: 'jsonl', ndjson: 'jsonl', parquet: 'parquet' };

/**
 * The format of a file by its extension, and whether a `.gz` follows it.
 * @throws AttuneError `wrong-use` for any other extension.
 */
export function formatOf(path: string): { format: RowFormat; isGzip: boolean } {
  const name = basename(path).toLowerCase();
  const isGzip = name.endsWith('.gz');
  const extension = (isGzip ? name.slice(0, -3) : name).split('.').at(-1) ?? '';
  const format = FORMATS[extension];
  if (format !== undefined) return { format, isGzip };
  const remedy =
    extension === 'json'
      ? 'Write one JSON object a line and name the file .jsonl.'
      : 'Use .csv, .tsv, .jsonl or .parquet, plain or with .gz.';
  throw new AttuneError('wrong-use', `${path}: the extension does not say how to read it.`, { remedy });
}

function rowsOf(path: string, select: SelectColumns, options: ReadOptions): AsyncGenerator<SourceRow> {
  const { format, isGzip } = formatOf(path);
  if (format === 'parquet') return readParquet(path, isGzip, select, options);
  if (format === 'jsonl') return readJsonLines(path, select, options);
  return readDelimited(path, format, select, options);
}

/**
 * Streams the rows of a CSV, TSV, JSON Lines or Parquet file, plain or gzip, UTF-8 with or without byte order mark.
 * @throws AttuneError `missing-file`, `wrong-use` (extension), `bad-data` (naming the row), `interrupted`; an empty file is `bad-data`.
 */
export async function* readRows(
  path: string,
  select: SelectColumns = (present) => present,
  options: ReadOptions = {},
): AsyncGenerator<SourceRow> {
  formatOf(path);
  const { size } = await stat(path).catch((cause: unknown) => Promise.reject(readError(path, cause)));
  if (size === 0) throw new AttuneError('bad-data', `${path} is empty.`, { remedy: 'It needs a header line and rows, or JSON objects.' });
  let rows = 0;
  for await (const row of rowsOf(path, select, options)) {
    rows++;
    yield row;
  }
  if (rows === 0)
    throw new AttuneError('bad-data', `${path} has no rows.`, { remedy: 'It needs at least one row below the column names.' });
}
