import type { Database } from './database';
import { AttuneError } from '@attune/artifact';
import type { MigrationFolder } from './migrations';

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
  /** Creates the extension pgvector before the migrations run. */
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
  throw new AttuneError('bad-config', `No database can be opened with ${Object.keys(options).join(', ')}.`);
}
