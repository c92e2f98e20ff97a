import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { OutputFile } from './output-file';

/** Writes rows, one after another, in the format of the file's extension. */
export interface RowWriter {
  write(rows: readonly Record<string, unknown>[]): Promise<void>;
}

const DELIMITERS: Record<string, string> = { '.csv': ',', '.tsv': '\t' };

/** A writer for CSV and TSV, whose columns are those of the first row, and for JSON Lines. */
export function rowWriter(file: OutputFile): RowWriter {
  const delimiter = DELIMITERS[extname(file.path).toLowerCase()];
  if (delimiter === undefined) return { write: (rows) => file.write(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) };
  let columns: string[] | undefined;
  return {
    async write(rows) {
      const header = columns === undefined;
      columns ??= Object.keys(rows[0] ?? {});
      await file.write(stringify(rows.map(withTextCells), { columns, header, delimiter }));
    },
  };
}

function withTextCells(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, cellText(value)]));
}

function cellText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}
