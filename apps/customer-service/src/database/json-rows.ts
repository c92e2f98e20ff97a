import { getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/** A row as `to_json` gives it. */
export type JsonRow = Readonly<Record<string, unknown>>;

/** A row of a table that came as JSON, with which a statement reads rows of several tables at once. Of columns of texts, numbers, JSON and instants. */
export function rowOfJson<Table extends PgTable>(table: Table, json: JsonRow): Table['$inferSelect'] {
  const cells = Object.entries(getTableColumns(table)).map(([name, column]) => {
    const value = json[column.name];
    return [name, column.dataType === 'date' && typeof value === 'string' ? new Date(value) : value];
  });
  return Object.fromEntries(cells) as Table['$inferSelect'];
}
