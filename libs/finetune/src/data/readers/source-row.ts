import { AttuneError } from '@attune/artifact';

/** One row of a file before its columns have a meaning. */
export interface SourceRow {
  /** Counted from 1, without the header. */
  row: number;
  /** Cells of the selected columns: strings, or what JSON and Parquet hold. */
  values: Record<string, unknown>;
}

/**
 * Called once with the columns a file has (for JSON Lines, the keys of its first rows); returns those to read.
 * It may throw where one is missing.
 */
export type SelectColumns = (present: string[]) => string[];

/** The largest row read. A longer one is nearly always a quote that was never closed. */
export const MAX_ROW_BYTES = 8 * 1024 * 1024;

/** How messages name a row; 0 is the header. */
export function rowName(row: number): string {
  return row === 0 ? 'header' : `row ${row}`;
}

/** The error for a row beyond {@link MAX_ROW_BYTES}. */
export function rowTooLarge(path: string, row: number, remedy: string): AttuneError {
  return new AttuneError('bad-data', `${path}, ${rowName(row)}: the row is larger than ${MAX_ROW_BYTES / 1024 / 1024} MB.`, { remedy });
}
