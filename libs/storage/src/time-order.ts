import { and, asc, desc, eq, gt, lt, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** A row's place in a list: its time and, among rows of the same time, its id. */
export type PlaceInTime<Time extends string> = Readonly<Record<Time, Date> & { id: string }>;

/** The order of a list that is read page by page: every page begins after the place of the last row of the one before. */
export interface TimeOrder<Time extends string> {
  /** For `orderBy`. */
  readonly columns: readonly [SQL, SQL];
  /** The rows after a place; undefined, for all rows, without one. */
  readonly after: (place: PlaceInTime<Time> | undefined) => SQL | undefined;
}

/** @param time name of the column by which a table is listed */
export function newestFirst<Time extends string>(table: Readonly<Record<Time | 'id', PgColumn>>, time: Time): TimeOrder<Time> {
  return timeOrder(table, time, desc, lt);
}

/** @param time name of the column by which a table is listed */
export function oldestFirst<Time extends string>(table: Readonly<Record<Time | 'id', PgColumn>>, time: Time): TimeOrder<Time> {
  return timeOrder(table, time, asc, gt);
}

function timeOrder<Time extends string>(
  table: Readonly<Record<Time | 'id', PgColumn>>,
  time: Time,
  direction: typeof asc,
  beyond: typeof gt,
): TimeOrder<Time> {
  const at = table[time];
  return {
    columns: [direction(at), direction(table.id)],
    after: (place) => place && or(beyond(at, place[time]), and(eq(at, place[time]), beyond(table.id, place.id))),
  };
}
