import { getTableColumns, getTableName, sql, type SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Queryable } from './database';

/**
 * Inserts many rows by one parameter, a JSON array that PostgreSQL takes apart. An `insert … values` with a parameter a
 * cell costs this process ten times as much, and ends at 65,535 parameters.
 *
 * @param rows with the same columns each; what PostgreSQL reads of their JSON: texts, numbers, booleans, dates, JSON
 * @param onConflict such as sql`on conflict do nothing`, and what to return of the rows that were written
 * @returns what `onConflict` says
 */
export async function insertRows<Table extends PgTable, Returned extends Record<string, unknown> = never>(
  orm: Queryable,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  onConflict: SQL = sql``,
): Promise<Returned[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const given = Object.entries(getTableColumns(table)).filter(([key]) => key in first);
  const records = rows.map((row) => Object.fromEntries(given.map(([key, { name }]) => [name, (row as Record<string, unknown>)[key]])));
  const list = (part: (column: PgColumn) => SQL): SQL =>
    sql.join(
      given.map(([, column]) => part(column)),
      sql`, `,
    );
  const names = list(({ name }) => sql`${sql.identifier(name)}`);
  const types = list((column) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`);
  const { rows: returned } = await orm.execute<Returned>(
    sql`insert into ${sql.identifier(getTableName(table))} (${names})
      select ${names} from json_to_recordset(${JSON.stringify(records)}::json) as record(${types}) ${onConflict}`,
  );
  return returned;
}
