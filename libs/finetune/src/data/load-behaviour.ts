import { createHash } from 'node:crypto';
import { AttuneError, normalizeText, type TextCleaning } from '@attune/artifact';
import { missingColumn } from './map-columns';
import { readText, readTime, type CellResult } from './read-cell';
import { readRows, type ReadOptions } from './read-rows';

/** One event of a file: something that a user did with an item. */
export interface BehaviourEvent {
  user: string;
  item: string;
  /** Milliseconds since 1970. */
  at: number;
  type?: string;
  value?: number;
}

/** The events of a file, in the order of its rows. */
export interface BehaviourFile {
  path: string;
  events: BehaviourEvent[];
  /** Of the file's bytes, in hexadecimal. */
  sha256: string;
}

/** One item of a file. */
export interface ItemRow {
  id: string;
  /** Cleaned; empty where there is none. */
  text: string;
  /** Values by attribute. */
  categories: Record<string, string[]>;
  numbers: Record<string, number>;
  /** Milliseconds since 1970. */
  publishedAt?: number;
}

/** The items of a file. */
export interface ItemFile {
  path: string;
  items: ItemRow[];
  /** Attributes that hold categories, and those that hold numbers. */
  categories: string[];
  numbers: string[];
  withoutText: number;
  sha256: string;
}

/** Columns that say what an item is beside its text. */
export interface ItemColumns {
  /** Named ones alone; where absent, every other column is one or the other by what it holds. */
  categories?: readonly string[];
  numbers?: readonly string[];
  /** Column of the time of publication. */
  publishedAt?: string;
  /** Between several categories of one cell. */
  separator: string;
}

/** Column of a headline; named as an attribute, it is one. */
const TITLE = 'title';
const EVENT_COLUMNS = ['user', 'item', 'ts'] as const;

/**
 * Reads events: columns `user`, `item`, `ts`, and where they are there `type` and `value`. Times are ISO 8601, or seconds or milliseconds since
 * 1970.
 *
 * @throws AttuneError `missing-column`; `bad-data` naming file and row for a user, an item or a time that is missing or cannot be read, and for
 *   a time before 1970 or after `latest`; what reading the file throws
 */
export async function loadBehaviour(path: string, options: ReadOptions & { latest?: number } = {}): Promise<BehaviourFile> {
  const hash = createHash('sha256');
  const events: BehaviourEvent[] = [];
  const { latest = Infinity } = options;
  const select = (present: string[]): string[] => {
    for (const name of EVENT_COLUMNS)
      if (!present.includes(name)) throw missingColumn(path, name === 'ts' ? 'event time' : name, name, present);
    return [...EVENT_COLUMNS, ...['type', 'value'].filter((name) => present.includes(name))];
  };
  for await (const { row, values } of readRows(path, select, { ...options, hash })) {
    const cell = <T>(column: string, read: (value: unknown) => CellResult<T>): T | undefined =>
      valueOf(path, row, column, read(values[column]));
    const needed = <T>(column: string, read: (value: unknown) => CellResult<T>): T => {
      const value = cell(column, read);
      if (value === undefined || value === '')
        throw badRow(path, row, `there is no ${column}`, 'Every event needs a user, an item and a time.');
      return value;
    };
    const at = needed('ts', readTime);
    if (at < 0)
      throw badRow(
        path,
        row,
        `the time ${String(values.ts)} is before 1970`,
        'Write times as seconds or milliseconds since 1970, or as 2024-05-31T12:00:00Z.',
      );
    if (at > latest) throw badRow(path, row, `the time ${String(values.ts)} lies in the future`, 'Check the unit of the column ts.');
    const type = cell('type', readText)?.trim();
    const value = cell('value', readFinite);
    events.push({
      user: needed('user', readId),
      item: needed('item', readId),
      at,
      ...(type !== undefined && type !== '' && { type }),
      ...(value !== undefined && { value }),
    });
  }
  return { path, events, sha256: hash.digest('hex') };
}

/**
 * Reads items: columns `item` and `text`, where there is one `title`, which is read before the text, and any attributes. An attribute whose
 * cells are all numbers is numeric, any other holds categories.
 *
 * @throws AttuneError `missing-column`; `bad-data` naming file and row for an item without an id or one that came before
 */
export async function loadItems(
  path: string,
  columns: ItemColumns,
  options: ReadOptions & { normalization: TextCleaning },
): Promise<ItemFile> {
  const hash = createHash('sha256');
  let attributes: string[] = [];
  let titles: string[] = [];
  const rows: { row: number; values: Record<string, unknown> }[] = [];
  const select = (present: string[]): string[] => {
    const { categories, numbers, publishedAt } = columns;
    const named = [...(categories ?? []), ...(numbers ?? []), ...(publishedAt === undefined ? [] : [publishedAt])];
    for (const name of ['item', 'text', ...named]) {
      if (!present.includes(name))
        throw missingColumn(path, named.includes(name) ? 'attribute' : name === 'text' ? 'item text' : name, name, present);
    }
    const isGiven = categories !== undefined || numbers !== undefined;
    attributes = isGiven
      ? [...(categories ?? []), ...(numbers ?? [])]
      : present.filter((name) => !['item', TITLE, 'text', publishedAt].includes(name));
    titles = present.includes(TITLE) && !attributes.includes(TITLE) ? [TITLE] : [];
    return ['item', ...titles, 'text', ...attributes, ...(publishedAt === undefined ? [] : [publishedAt])];
  };
  for await (const { row, values } of readRows(path, select, { ...options, hash })) rows.push({ row, values });
  const isNumeric = (name: string): boolean => {
    if (columns.categories !== undefined || columns.numbers !== undefined) return columns.numbers?.includes(name) ?? false;
    const cells = rows.map(({ values }) => readFinite(values[name]));
    return cells.every((cell) => !('problem' in cell)) && cells.some((cell) => 'value' in cell);
  };
  const numbers = attributes.filter(isNumeric);
  const categories = attributes.filter((name) => !numbers.includes(name));
  const items = rows.map(({ row, values }) =>
    itemOf(path, row, values, { ...columns, numbers, categories, isTitled: titles.length > 0 }, options.normalization),
  );
  assertUnique(path, items, rows);
  const withoutText = items.filter(({ text }) => text === '').length;
  return { path, items, categories, numbers, withoutText, sha256: hash.digest('hex') };
}

function itemOf(
  path: string,
  row: number,
  values: Record<string, unknown>,
  columns: ItemColumns & { categories: string[]; numbers: string[]; isTitled: boolean },
  normalization: TextCleaning,
): ItemRow {
  const cell = <T>(column: string, read: (value: unknown) => CellResult<T>): T | undefined =>
    valueOf(path, row, column, read(values[column]));
  const id = cell('item', readId);
  if (id === undefined || id === '') throw badRow(path, row, 'there is no item', 'Every item needs an id in the column "item".');
  const parts = [columns.isTitled ? cell(TITLE, readText) : undefined, cell('text', readText)]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '');
  // As the recommender joins them.
  const text = normalizeText(parts.join('\n'), normalization);
  const item: ItemRow = { id, text, categories: {}, numbers: {} };
  for (const name of columns.categories) {
    const value = values[name];
    const parts = Array.isArray(value) ? value.map(String) : (cell(name, readText) ?? '').split(columns.separator);
    const own = parts.map((part) => part.trim()).filter((part) => part !== '');
    if (own.length > 0) item.categories[name] = own;
  }
  for (const name of columns.numbers) {
    const value = cell(name, readFinite);
    if (value !== undefined) item.numbers[name] = value;
  }
  const publishedAt = columns.publishedAt === undefined ? undefined : cell(columns.publishedAt, readTime);
  if (publishedAt !== undefined) item.publishedAt = publishedAt;
  return item;
}

function assertUnique(path: string, items: readonly ItemRow[], rows: readonly { row: number }[]): void {
  const seen = new Set<string>();
  items.forEach(({ id }, place) => {
    if (seen.has(id)) throw badRow(path, rows[place].row, `the item "${id}" came before`, 'Give each item one row.');
    seen.add(id);
  });
}

function readId(cell: unknown): CellResult<string> {
  const text = readText(cell);
  return 'value' in text ? { value: text.value.trim() } : text;
}

function readFinite(cell: unknown): CellResult<number> {
  if (cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '')) return { empty: true };
  const isPlain = typeof cell === 'number' || (typeof cell === 'string' && !/^\s*[+-]?0[xob]/i.test(cell));
  const value = isPlain ? Number(cell) : NaN;
  if (Number.isFinite(value)) return { value };
  return { problem: `${JSON.stringify(cell)} is not a finite number`, remedy: 'Write plain numbers with a decimal point.' };
}

function valueOf<T>(path: string, row: number, column: string, result: CellResult<T>): T | undefined {
  if ('problem' in result) throw badRow(path, row, `column "${column}": ${result.problem}`, result.remedy);
  return 'value' in result ? result.value : undefined;
}

function badRow(path: string, row: number, what: string, remedy: string): AttuneError {
  return new AttuneError('bad-data', `${path}, row ${row}: ${what}.`, { remedy });
}
