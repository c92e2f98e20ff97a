import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import type { Database } from './database';
import { isRefused } from './errors';
import { migrate, type MigrationFolder } from './migrations';
import { PgliteDatabase } from './pglite/pglite-database';
import { connectionSettings, describeServer } from './postgres/connection-settings';
import { PostgresDatabase } from './postgres/postgres-database';

/** Inbox and outbox. */
const OWN_MIGRATIONS: MigrationFolder = { name: 'storage', folder: join(__dirname, 'migrations') };

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database?sslmode=…`: a PostgreSQL server. */
  readonly url?: string | undefined;
  /** A folder for the embedded database (PGlite), made where it is missing. One process at a time owns it. */
  readonly folder?: string | undefined;
  /** An embedded database without a folder, gone with the process: for tests. */
  readonly inMemory?: boolean;
  /**
   * Folders of `NNNN_name.sql` files, run in that order and each once, after the library's own. A folder is known in the
   * database by its own name, or by its parent's where it is called `migrations`; or by a given one.
   */
  readonly migrations: readonly (string | MigrationFolder)[];
  /** Creates the extension pgvector before the migrations run, and sets connections up to search with it. */
  readonly vectors?: boolean;
  /** Connections of the pool. Default 10. PostgreSQL alone. */
  readonly poolSize?: number;
  /** Milliseconds after which the server ends a statement; 0 never. Default 30,000. PostgreSQL alone. */
  readonly statementTimeout?: number;
  /** Milliseconds to wait for a connection. Default 5,000. PostgreSQL alone. */
  readonly connectTimeout?: number;
  /** How the connections are called in `pg_stat_activity`. Default `attune`. */
  readonly applicationName?: string;
}

/**
 * Opens PostgreSQL by its url, or the embedded database in a folder, and brings its schema up to date: of several
 * instances that start together, one does it.
 *
 * The embedded database runs one transaction after the other, writes without fsync (it survives a kill of the process,
 * not a power cut), and serves one process.
 *
 * @throws DatabaseUnavailableError where the server does not answer
 * @throws AttuneError `bad-config` where url, password or database are refused or the schema is newer than this code,
 *   `conflict` where another process owns the folder
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = await connect(options);
  try {
    await bringUpToDate(database, options);
    return database;
  } catch (error) {
    await database.close();
    throw options.url !== undefined && isRefused(error) ? refused(options.url, error) : error;
  }
}

/** Migrations may take, and wait for those of another process, longer than any statement of a service may. */
async function bringUpToDate(database: Database, { url, migrations, vectors = false, ...settings }: DatabaseOptions): Promise<void> {
  const unhurried =
    url === undefined ? database : new PostgresDatabase(connectionSettings({ ...settings, url, poolSize: 1, statementTimeout: 0 }));
  try {
    await migrate(unhurried, [OWN_MIGRATIONS, ...migrations], vectors);
  } finally {
    if (unhurried !== database) await unhurried.close();
  }
}

async function connect({ url, folder, inMemory = false, vectors = false, ...settings }: DatabaseOptions): Promise<Database> {
  if ([url !== undefined, folder !== undefined, inMemory].filter(Boolean).length !== 1) {
    throw new AttuneError('bad-config', 'A database is named by its url, or by a folder, or is in memory: one of the three.');
  }
  if (url !== undefined) return new PostgresDatabase(connectionSettings({ url, ...settings }), { searches: vectors });
  return PgliteDatabase.open(folder);
}

function refused(url: string, cause: unknown): AttuneError {
  const message = cause instanceof Error ? cause.message : 'refused';
  return new AttuneError('bad-config', `The database ${describeServer(url)} cannot be opened. ${message}`, {
    remedy: 'Check user, password and database in DATABASE_URL.',
    cause,
  });
}
