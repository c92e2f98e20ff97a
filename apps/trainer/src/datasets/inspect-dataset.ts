import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { AttuneError, fileErrorCode } from '@attune/artifact';
import type { Dataset, DatasetFormat } from '@attune/contracts';
import { CsvError, parse } from 'csv-parse';

/** What a file of rows holds. */
export type DatasetContent = Pick<Dataset, 'rows' | 'columns' | 'sample'>;

const SAMPLE_ROWS = 5;
/** Characters that a cell of the sample has at most. */
const SAMPLE_CELL = 200;
const MOST_COLUMNS = 500;
const MOST_COLUMN_NAME = 200;
/** A longer row is a quote that is never closed. */
const MOST_ROW_BYTES = 1024 * 1024;

/**
 * Reads a file from its beginning to its end: whether every row can be read, how many there are, and their columns.
 *
 * @throws AttuneError `bad-data` naming the row
 */
export async function inspectDataset(file: string, format: DatasetFormat): Promise<DatasetContent> {
  const content = format === 'jsonl' ? await inspectJsonLines(file) : await inspectDelimited(file, format);
  if (content.rows === 0) {
    throw badData(
      'The file has no rows.',
      format === 'jsonl' ? 'Write one JSON object a line.' : 'The first line names the columns; rows follow it.',
    );
  }
  return content;
}

async function inspectDelimited(file: string, format: 'csv' | 'tsv'): Promise<DatasetContent> {
  const delimiter = format === 'tsv' ? '\t' : await delimiterOf(file);
  try {
    return await readDelimited(file, delimiter, true);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Texts with stray quotes stand in tab-separated files that know no quoting.
    if (format === 'tsv') return readDelimited(file, delimiter, false);
    const row = typeof error.records === 'number' ? error.records : 0;
    const reason =
      error.code === 'CSV_MAX_RECORD_SIZE' || error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a double quote opens and is never closed'
        : error.message;
    throw new AttuneError('bad-data', `Row ${row}: ${reason}.`, { remedy: 'Close the quote, or write a literal one as "".', cause: error });
  }
}

/** A semicolon or tab parts the cells where the header has no comma. */
async function delimiterOf(file: string): Promise<string> {
  let head = '';
  for await (const text of decodedChunks(file)) {
    head = (head + text).trimStart();
    if (head.includes('\n') || head.length > MOST_ROW_BYTES) break;
  }
  const [header = ''] = head.split('\n', 1);
  return [',', ';', '\t'].find((candidate) => header.includes(candidate)) ?? ',';
}

async function readDelimited(file: string, delimiter: string, quoted: boolean): Promise<DatasetContent> {
  const parser = parse({
    delimiter,
    quote: quoted ? '"' : null,
    escape: quoted ? '"' : null,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MOST_ROW_BYTES,
  });
  // Either one's end is the other's, and what fails is thrown by the reading below.
  pipeline(Readable.from(decodedChunks(file), { objectMode: false }), parser, () => undefined);
  let columns: string[] | undefined;
  let rows = 0;
  const sample: Dataset['sample'] = [];
  for await (const record of parser as AsyncIterable<string[]>) {
    if (columns === undefined) {
      columns = checkColumns(record.map((cell) => cell.trim()));
      continue;
    }
    rows += 1;
    const { length } = columns;
    if (record.length !== length && (record.length < length || record.slice(length).some((cell) => cell.trim() !== ''))) {
      throw badData(
        `Row ${rows}: ${record.length} cells where the header has ${length}.`,
        'Put cells that hold the separator or line breaks in double quotes.',
      );
    }
    if (rows <= SAMPLE_ROWS) sample.push(Object.fromEntries(columns.map((name, place) => [name, shown(record[place])])));
  }
  return { rows, columns: columns ?? [], sample };
}

async function inspectJsonLines(file: string): Promise<DatasetContent> {
  const columns = new Set<string>();
  const sample: Dataset['sample'] = [];
  let rows = 0;
  for await (const line of decodedLines(file)) {
    if (line.trim() === '') continue;
    rows += 1;
    const value = parseObject(line, rows);
    for (const name of Object.keys(value)) columns.add(name);
    if (columns.size > MOST_COLUMNS) checkColumns([...columns]);
    if (rows <= SAMPLE_ROWS) sample.push(Object.fromEntries(Object.entries(value).map(([name, cell]) => [name, shown(cell)])));
  }
  return { rows, columns: rows === 0 ? [] : checkColumns([...columns]), sample };
}

function parseObject(line: string, row: number): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new AttuneError('bad-data', `Row ${row}: not JSON.`, { remedy: 'Every line must be one JSON object.', cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw badData(`Row ${row}: the line is JSON but not an object.`, 'Every line must be one JSON object.');
}

function checkColumns(names: string[]): string[] {
  const example = 'The first line names the columns, as in text,label.';
  if (names.length > MOST_COLUMNS) throw badData(`There are more than ${MOST_COLUMNS} columns.`, 'Leave out those that are not needed.');
  const odd = names.findIndex((name) => name === '' || name.length > MOST_COLUMN_NAME || name.includes('\0') || storable(name) !== name);
  if (odd >= 0) throw badData(`Column ${odd + 1} has no name, or one that cannot be used.`, example);
  const repeated = names.find((name, place) => names.indexOf(name) < place);
  if (repeated !== undefined) throw badData(`There is more than one column "${repeated}".`, 'Give each column its own name.');
  return names;
}

async function* decodedLines(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const text of decodedChunks(file)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_ROW_BYTES)
      throw badData(`A line is longer than ${MOST_ROW_BYTES} characters.`, 'Every object must end its line.');
    yield* lines;
  }
  yield rest;
}

/** The text of a file without its byte order mark. */
async function* decodedChunks(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (fileErrorCode(cause) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw cause;
    throw new AttuneError('bad-data', 'The file is not UTF-8 text.', { remedy: 'Save it as UTF-8.', cause });
  }
}

function shown(cell: unknown): string {
  const text = typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? '');
  return storable(text.length > SAMPLE_CELL ? `${text.slice(0, SAMPLE_CELL)}…` : text).replaceAll('\0', '\uFFFD');
}

/** Half of a surrogate pair is no character of UTF-8. */
function storable(text: string): string {
  return Buffer.from(text).toString();
}

function badData(message: string, remedy: string): AttuneError {
  return new AttuneError('bad-data', message, { remedy });
}
