import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { SQL } from 'drizzle-orm';
import type { Queryable } from './database';

/** The two columns of a table that is only ever appended to and can be read in commit order. */
export interface AppendOnlyTable<Table extends PgTable> {
  readonly table: Table;
  /** `xid8 not null default pg_current_xact_id()`, see `transactionId()`. Index it together with `sequence`. */
  readonly transactionId: AnyPgColumn;
  /** `bigint generated always as identity`. */
  readonly sequence: AnyPgColumn;
}

/** A place in an append-only table. Opaque, at most 41 characters of digits and a dash: fit for a Last-Event-ID. */
export type CommittedPosition = string;

export interface CommittedRow<Row> {
  readonly position: CommittedPosition;
  readonly row: Row;
}

export interface ReadCommittedOptions {
  /** The position of the last row that was seen; absent to begin with the first row. */
  readonly after?: CommittedPosition;
  readonly limit: number;
  /** Which rows are wanted. */
  readonly where?: SQL;
}

/**
 * Reads an append-only table after a position and never skips a row whose transaction commits late: rows are handed out
 * only when every transaction that began to write before theirs has ended. A long transaction therefore delays the rows
 * after it.
 */
export declare function readCommitted<Table extends PgTable>(
  db: Queryable,
  source: AppendOnlyTable<Table>,
  options: ReadCommittedOptions,
): Promise<CommittedRow<Table['$inferSelect']>[]>;

/** The position behind the last row that `readCommitted` would hand out now: to follow from here on. */
export declare function latestPosition<Table extends PgTable>(
  db: Queryable,
  source: AppendOnlyTable<Table>,
): Promise<CommittedPosition | undefined>;
