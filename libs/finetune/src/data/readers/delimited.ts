import { AttuneError } from '@attune/artifact';
import { CsvError, parse } from 'csv-parse';
import { pipeline, Readable } from 'node:stream';
import { sniffDialect, type Dialect } from './dialect';
import { decodableText, encodingError, readBytes, readHead, type EncodingFault, type ReadOptions } from './source-bytes';
import { MAX_ROW_BYTES, rowName, rowTooLarge, type SelectColumns, type SourceRow } from './source-row';

const HEAD_BYTES = 1024 * 1024;

function recordsOf(path: string, dialect: Dialect, fault: EncodingFault, options: ReadOptions): AsyncIterable<string[]> {
  const parser = parse({
    delimiter: dialect.delimiter,
    quote: dialect.quoted ? '"' : null,
    escape: dialect.quoted ? '"' : null,
    record_delimiter: dialect.recordDelimiters,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  pipeline(Readable.from(decodableText(path, readBytes(path, options), fault), { objectMode: false }), parser, () => undefined);
  return parser;
}

/** Column positions by name; empty and repeated names cannot be selected. */
function positionsOf(path: string, header: string[]): { names: string[]; positions: Map<string, number>; repeated: Set<string> } {
  const positions = new Map<string, number>();
  const repeated = new Set<string>();
  header.forEach((cell, position) => {
    const name = cell.trim();
    if (name === '') return;
    if (positions.has(name)) repeated.add(name);
    else positions.set(name, position);
  });
  if (positions.size === 0)
    throw new AttuneError('bad-data', `${path} has no column names in its first line.`, {
      remedy: 'The first line must name the columns.',
    });
  return { names: [...positions.keys()], positions, repeated };
}

function selectPositions(path: string, header: string[], select: SelectColumns): [string, number][] {
  const { names, positions, repeated } = positionsOf(path, header);
  return select(names).map((name) => {
    if (repeated.has(name))
      throw new AttuneError('bad-data', `${path} has more than one column "${name}".`, { remedy: 'Give each column its own name.' });
    return [name, positions.get(name) ?? -1];
  });
}

function checkWidth(path: string, row: number, record: string[], width: number, dialect: Dialect): void {
  if (record.length === width || (record.length > width && record.slice(width).every((cell) => cell.trim() === ''))) return;
  const remedy = dialect.quoted
    ? `Put cells that contain "${dialect.delimiter === '\t' ? 'tab' : dialect.delimiter}" or line breaks in double quotes, and check for a quote that is never closed.`
    : 'A cell of a tab-separated file cannot contain a tab or a line break; use .csv or .jsonl for such texts.';
  throw new AttuneError('bad-data', `${path}, row ${row}: ${record.length} cells where the header has ${width}.`, { remedy });
}

/**
 * Rows of a CSV or TSV file with a header line, streamed. CSV follows RFC 4180 and takes quotes inside unquoted cells as they
 * are; a semicolon or tab is accepted as the delimiter where the header has no comma. TSV is read with quoting only where its
 * head is consistent with quoting, so that plain text with stray quotes stays whole.
 * @throws AttuneError `bad-data` naming file and row.
 */
export async function* readDelimited(
  path: string,
  format: 'csv' | 'tsv',
  select: SelectColumns,
  options: ReadOptions,
): AsyncGenerator<SourceRow> {
  const dialect = sniffDialect(await readHead(path, HEAD_BYTES), format);
  const fault: EncodingFault = {};
  let columns: [string, number][] | undefined;
  let width = 0;
  let records = 0;
  // A record that was cut off by an encoding fault must not be seen as a row, so each waits for the next.
  let waiting: SourceRow | undefined;
  try {
    for await (const record of recordsOf(path, dialect, fault, options)) {
      if (waiting) yield waiting;
      waiting = undefined;
      records++;
      if (!columns) {
        if (fault.found && record.at(-1)?.endsWith('\uFFFD')) continue;
        width = record.length;
        columns = selectPositions(path, record, select);
        continue;
      }
      const row = records - 1;
      if (!fault.found) checkWidth(path, row, record, width, dialect);
      const values: Record<string, unknown> = {};
      for (const [name, position] of columns) values[name] = record[position];
      waiting = { row, values };
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw recordError(path, cause, fault);
    throw cause;
  }
  if (fault.found) throw encodingError(path, Math.max(records - 1, 0), fault.found);
  if (waiting) yield waiting;
}

/** The parser's own count of records, the header included, is the number of the row that it fails in. */
function recordError(path: string, cause: CsvError, fault: EncodingFault): AttuneError {
  const row = typeof cause.records === 'number' ? cause.records : 0;
  if (fault.found) return encodingError(path, row, fault.found);
  if (cause.code === 'CSV_MAX_RECORD_SIZE')
    return rowTooLarge(path, row, 'Look for a double quote that is never closed, or split the text.');
  const problem = cause.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a double quote opens and is never closed.' : cause.message;
  return new AttuneError('bad-data', `${path}, ${rowName(row)}: ${problem}`, {
    remedy: 'Close the quote, or write a literal quote as "".',
    cause,
  });
}
