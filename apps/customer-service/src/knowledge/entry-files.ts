import { entryIdSchema, entryInputSchema, pastConversationSchema, type Entry, type EntryInput } from '@attune/contracts';
import { bestPair } from '@attune/dialogue';
import { parse, CsvError } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';

/** A row of a file: an entry with its id, where it names one, or why it is none. */
export type FileRow = { readonly id: string | undefined; readonly input: EntryInput } | { readonly fault: string };

const COLUMNS = [
  'id',
  'question',
  'phrasings',
  'answer',
  'intent',
  'tags',
  'locale',
  'validFrom',
  'validUntil',
  'slots',
  'action',
] as const;
/** Parts the phrasings and the tags of a cell. */
const SEPARATOR = '|';
/** A cell, or a row, longer than this is a file that is not closed. */
const MOST_RECORD_BYTES = 1_000_000;

/** Reads a value of a line of JSON as an entry. */
export function readEntry(value: unknown): FileRow {
  if (typeof value !== 'object' || value === null) return { fault: 'it is not a JSON object' };
  const { id, createdAt: _created, updatedAt: _updated, ...body } = value as Record<string, unknown>;
  const read = entryInputSchema.safeParse(body);
  const named = entryIdSchema.optional().safeParse(id ?? undefined);
  if (read.success && named.success) return { id: named.data, input: read.data };
  return { fault: [...(named.error?.issues ?? []), ...(read.error?.issues ?? [])].map(describe).join('; ') };
}

/** Reads a past conversation as an entry of its question and its best answer. */
export function readConversation(value: unknown, locale: string | undefined): FileRow {
  const read = pastConversationSchema.safeParse(value);
  if (!read.success) return { fault: read.error.issues.map(describe).join('; ') };
  const pair = bestPair({ ...read.data, locale: read.data.locale ?? locale });
  if (pair === undefined) return { fault: 'it has no question with an answer' };
  // What people wrote is no template.
  const answer = pair.answer.replaceAll('{{', '{ {');
  const row = readEntry({ question: pair.question, answer, tags: ['history'], locale: read.data.locale ?? locale });
  return 'fault' in row ? row : { ...row, id: read.data.id };
}

/**
 * Rows of a CSV file with a header (RFC 4180), one after the other. A row that cannot be parsed is a fault of its own; the
 * file goes on behind it.
 */
export async function* readCsv(body: AsyncIterable<Buffer>): AsyncGenerator<FileRow> {
  const parser = parse({
    columns: true,
    bom: true,
    // A quote in the middle of a cell is one of its characters.
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MOST_RECORD_BYTES,
  });
  // The parser is ahead of who reads its records: a fault waits until those before it are read.
  const faults: { fault: string; recordsBefore: number; isEndless: boolean }[] = [];
  parser.on('skip', (error: CsvError | undefined) => {
    const place = recordsBefore(error);
    const last = faults.at(-1);
    // A row that is never closed fails again at each of its pieces.
    if (last?.isEndless === true && last.recordsBefore === place) return;
    faults.push({
      fault: error?.message ?? 'it cannot be read',
      recordsBefore: place,
      isEndless: error?.code === 'CSV_MAX_RECORD_SIZE',
    });
  });
  const written = write(parser, body);
  let records = 0;
  try {
    for await (const record of parser) {
      while (faults.length > 0 && faults[0].recordsBefore <= records) yield faultRow(faults.splice(0, 1)[0]);
      records += 1;
      yield ofRecord(record as Record<string, string>);
    }
    await written;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    faults.push({ fault: `the file cannot be read from here on: ${error.message}`, recordsBefore: records, isEndless: false });
  }
  yield* faults.map(faultRow);
}

/** The header of a CSV file of entries, and a line for each of them. */
export function toCsv(entries: readonly Entry[], isFirst: boolean): string {
  return stringify(entries.map(toRecord), { header: isFirst, columns: [...COLUMNS] });
}

function faultRow({ fault }: { fault: string }): FileRow {
  return { fault };
}

function recordsBefore(error: CsvError | undefined): number {
  const records: unknown = error?.records;
  return typeof records === 'number' ? records : 0;
}

async function write(parser: ReturnType<typeof parse>, body: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of body) {
    if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
  }
  parser.end();
}

function ofRecord(record: Record<string, string>): FileRow {
  const unknown = Object.keys(record).filter((name) => !(COLUMNS as readonly string[]).includes(name));
  if (unknown.length > 0) return { fault: `unknown column ${unknown.join(', ')}; there are ${COLUMNS.join(', ')}` };
  const { phrasings = '', tags = '', slots = '', ...rest } = record;
  const list = (cell: string): string[] =>
    cell
      .split(SEPARATOR)
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const given = Object.fromEntries(Object.entries(rest).filter(([, cell]) => cell !== ''));
  try {
    return readEntry({
      ...given,
      phrasings: list(phrasings),
      tags: list(tags),
      ...(slots === '' ? {} : { slots: JSON.parse(slots) as unknown }),
    });
  } catch {
    return { fault: 'slots: it is not JSON' };
  }
}

function toRecord({ phrasings, tags, slots, ...rest }: Entry): Record<string, string> {
  const separated = (parts: readonly string[]): string => parts.map((part) => part.replaceAll(SEPARATOR, '/')).join(` ${SEPARATOR} `);
  const { createdAt: _created, updatedAt: _updated, ...cells } = rest;
  return { ...cells, phrasings: separated(phrasings), tags: separated(tags), slots: slots.length === 0 ? '' : JSON.stringify(slots) };
}

function describe({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
