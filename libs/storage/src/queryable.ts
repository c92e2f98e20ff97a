import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgliteDatabase } from 'drizzle-orm/pglite';
import type { Queryable } from './database';

/** Both drivers answer with `rows`, which is all of their answers that this library's type promises. */
export function asQueryable(database: NodePgDatabase | PgliteDatabase): Queryable {
  return database as unknown as Queryable;
}
