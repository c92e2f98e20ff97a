import { catalogItemSchema, type CatalogItem, type ItemImportProgress } from '@attune/contracts';
import { HttpProblem, readNdjson } from '@attune/service-kit';
import { parse } from 'csv-parse';
import type { ItemService } from './item-service';

/** Items that are written together. */
const BATCH = 200;
/** Refused rows that are told of. */
const MOST_REFUSALS = 1_000;
/** A longer row is a file that is not closed. */
const MOST_RECORD_BYTES = 1_000_000;
/** Parts the values of a cell with several. */
const SEPARATOR = '|';

/** Columns of a CSV file that are no attributes. */
const OWN_COLUMNS = new Set(['id', 'item', 'title', 'text', 'category', 'price', 'available', 'publishedAt']);

/**
 * Writes the items of a body, an item a line of JSON or a row of CSV, and tells after each batch how far it is. What was accepted stays; it never
 * throws: the last line says whether it came to the end.
 */
export async function* importItems(
  service: ItemService,
  body: AsyncIterable<Buffer>,
  kind: 'ndjson' | 'csv',
  client: AbortSignal,
): AsyncGenerator<ItemImportProgress> {
  const progress = { accepted: 0, refused: [] as ItemImportProgress['refused'], refusedRows: 0 };
  let batch: CatalogItem[] = [];
  const write = async (): Promise<void> => {
    await service.write(batch);
    progress.accepted += batch.length;
    batch = [];
  };
  try {
    let row = 0;
    for await (const value of kind === 'csv' ? csvItems(body) : ndjsonValues(body)) {
      client.throwIfAborted();
      row += 1;
      const read = catalogItemSchema.safeParse(value);
      if (read.success) batch.push(read.data);
      else {
        progress.refusedRows += 1;
        const message = read.error.issues.map(({ path, message: fault }) =>
          [path.join('.'), fault].filter((part) => part !== '').join(': '),
        );
        if (progress.refused.length < MOST_REFUSALS) progress.refused.push({ row, message: message.join('; ') });
      }
      if (batch.length < BATCH) continue;
      await write();
      yield { ...progress, done: false };
    }
    await write();
    yield { ...progress, done: true };
  } catch (error) {
    const why = error instanceof HttpProblem || isCsvFault(error) ? `${error.message} ` : '';
    yield { ...progress, done: false, error: `${why}The import broke off; what was accepted stays. Send the rest again.` };
  }
}

async function* ndjsonValues(body: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  for await (const { value } of readNdjson(body)) yield value;
}

/** Rows of a CSV file with a header (RFC 4180): own columns by their names, every other one an attribute; empty cells say nothing. */
async function* csvItems(body: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  const parser = parse({ columns: true, bom: true, relax_quotes: true, skip_empty_lines: true, max_record_size: MOST_RECORD_BYTES });
  const written = fill(parser, body);
  // Heard below; a parser that ends first must not leave it unheard.
  written.catch(() => undefined);
  for await (const record of parser) yield toItem(record as Record<string, string>);
  await written;
}

function toItem(record: Record<string, string>): unknown {
  const cells = Object.entries(record).filter(([, cell]) => cell.trim() !== '');
  const { item, price, available, ...own } = Object.fromEntries(cells.filter(([name]) => OWN_COLUMNS.has(name)));
  const attributes = Object.fromEntries(cells.filter(([name]) => !OWN_COLUMNS.has(name)).map(([name, cell]) => [name, valueOf(cell)]));
  return {
    ...own,
    ...(item === undefined || own.id !== undefined ? {} : { id: item }),
    ...(price === undefined ? {} : { price: Number(price) }),
    ...(available === undefined ? {} : { available: !/^(false|no|0)$/i.test(available.trim()) }),
    attributes,
  };
}

function valueOf(cell: string): string | number | string[] {
  const text = cell.trim();
  if (Number.isFinite(Number(text))) return Number(text);
  const parts = text.split(SEPARATOR).map((part) => part.trim());
  return parts.length > 1 ? parts.filter((part) => part !== '') : text;
}

async function fill(parser: ReturnType<typeof parse>, body: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of body) {
      if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve));
    }
    parser.end();
  } catch (error) {
    parser.destroy(error as Error);
  }
}

function isCsvFault(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
}
