import { AttuneError } from '@attune/artifact';
import { and, sql, type SQL } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from './database';

/** The two columns of a table that is only ever appended to, by which it is read in commit order. */
export interface AppendOnlyTable<Table extends PgTable> {
  readonly table: Table;
  /** `xid8 not null default pg_current_xact_id()`. An index begins with it and goes on with `sequence`. */
  readonly transactionId: AnyPgColumn;
  /** `bigint generated always as identity`, or `bigserial`. */
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

/** Every transaction before it has ended: what it wrote is visible now, or never will be. */
const HORIZON = sql`pg_snapshot_xmin(pg_current_snapshot())`;

/**
 * Which rows of an append-only table `readCommitted` would hand out, if asked in the same snapshot: for what is to be known of all of them at
 * once. In a transaction of `repeatable read`, `latestPosition` tells from where to go on.
 */
export function isCommitted<Table extends PgTable>({ transactionId }: AppendOnlyTable<Table>): SQL {
  return sql`${transactionId} < ${HORIZON}`;
}

/**
 * Reads an append-only table after a position and never skips a row whose transaction commits late: a row is handed out
 * once every transaction that began to write before its own has ended. The order is that of transactions and, within
 * one, of its rows. A long writing transaction anywhere on the server therefore delays the rows after it.
 *
 * A sequence alone would not do: its numbers are given out before the commit, so a reader that has passed a number
 * cannot know whether a lower one is still to come. Transaction ids go with the server: after a restore from a dump
 * (not from a physical backup) positions from before mean nothing.
 *
 * @throws AttuneError `bad-data` where `after` is no position
 */
export async function readCommitted<Table extends PgTable>(
  db: Queryable,
  source: AppendOnlyTable<Table>,
  { after, limit, where }: ReadCommittedOptions,
): Promise<CommittedRow<Table['$inferSelect']>[]> {
  const { transactionId, sequence } = source;
  const unseen = after === undefined ? undefined : sql`(${transactionId}, ${sequence}) > (${place(after)})`;
  return select(db, source, and(unseen, where), sql`${transactionId}, ${sequence}`, limit);
}

/** The position of the last row that `readCommitted` would hand out now, to follow from here on; undefined where there is none. */
export async function latestPosition<Table extends PgTable>(
  db: Queryable,
  source: AppendOnlyTable<Table>,
): Promise<CommittedPosition | undefined> {
  const [last] = await select(db, source, undefined, sql`${source.transactionId} desc, ${source.sequence} desc`, 1);
  return last?.position;
}

/** Whether a text, such as a Last-Event-ID from outside, has the form of a position. */
export function isCommittedPosition(text: string): text is CommittedPosition {
  const [, transactionId, sequence] = /^(\d{1,20})-(\d{1,19})$/.exec(text) ?? [];
  if (transactionId === undefined || sequence === undefined) return false;
  return BigInt(transactionId) < 2n ** 64n && BigInt(sequence) < 2n ** 63n;
}

/** Below 0 where the first position comes before the second in the order of commits, above 0 where it comes after it. */
export function comparePositions(one: CommittedPosition, other: CommittedPosition): number {
  const [[transactionId, sequence], [otherId, otherSequence]] = [numbersOf(one), numbersOf(other)];
  const difference = transactionId === otherId ? sequence - otherSequence : transactionId - otherId;
  return difference < 0n ? -1 : Number(difference > 0n);
}

function numbersOf(position: CommittedPosition): readonly [bigint, bigint] {
  const [transactionId, sequence] = position.split('-').map(BigInt);
  return [transactionId, sequence];
}

async function select<Table extends PgTable>(
  db: Queryable,
  source: AppendOnlyTable<Table>,
  where: SQL | undefined,
  order: SQL,
  limit: number,
): Promise<CommittedRow<Table['$inferSelect']>[]> {
  const { table, transactionId, sequence } = source;
  const position = sql<string>`${transactionId}::text || '-' || ${sequence}::text`;
  const rows: unknown = await db
    .select({ position, row: table as PgTable })
    .from(table as PgTable)
    .where(and(isCommitted(source), where))
    .orderBy(order)
    .limit(limit);
  return rows as CommittedRow<Table['$inferSelect']>[];
}

function place(position: CommittedPosition): SQL {
  if (!isCommittedPosition(position)) {
    throw new AttuneError('bad-data', 'The position to go on from has not the form of one.', {
      remedy: 'Hand back a position that was handed out, or leave it away to begin with the first row.',
    });
  }
  const [transactionId, sequence] = position.split('-');
  return sql`${transactionId}::xid8, ${sequence}::bigint`;
}
