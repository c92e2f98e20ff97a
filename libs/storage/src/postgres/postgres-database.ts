import { drizzle } from 'drizzle-orm/node-postgres';
import { Client, Pool, type ClientBase, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import {
  transactionSettings,
  type Database,
  type DatabaseSession,
  type Queryable,
  type Transaction,
  type TransactionOptions,
} from '../database';
import { asStorageError, asWorkError, isDatabaseUnavailable } from '../errors';
import { asQueryable } from '../queryable';
import type { Statement, StatementValue } from '../statement';
import { withAttempts, withFirstFailure } from '../transaction-attempts';
import { SEARCH_SETTING } from '../vectors/search-setting';
import { PostgresSession, SESSION_SILENCE } from './postgres-session';

/** A PostgreSQL server through a pool of connections, which are opened anew after a restart of the server. */
export class PostgresDatabase implements Database {
  readonly kind = 'postgresql';
  readonly orm: Queryable;
  private readonly pool: Pool;

  /** @param searches whether vectors are searched for */
  constructor(
    private readonly settings: PoolConfig,
    { searches = false }: { readonly searches?: boolean } = {},
  ) {
    this.pool = new Pool({ ...settings, ...(searches && { onConnect: prepareConnection as PoolConfig['onConnect'] }) });
    // A server that goes away tells each idle connection. The pool has dropped it by then; unheard, it would end the process.
    this.pool.on('error', () => undefined);
    // The same for one that is in use while no query runs on it: the next query fails.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.orm = asQueryable(drizzle(this.pool));
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return withAttempts(options.attempts, () => this.once(work, options));
  }

  async query<T>(work: (orm: Queryable) => Promise<T>): Promise<T> {
    try {
      return await work(this.orm);
    } catch (error) {
      throw asWorkError(error);
    }
  }

  async run<Row>({ name, text }: Statement, values: readonly StatementValue[]): Promise<Row[]> {
    return withAttempts(undefined, async () => {
      try {
        const { rows } = await this.pool.query<Row & QueryResultRow>({ name, text, values: [...values] });
        return rows;
      } catch (error) {
        throw asStorageError(error);
      }
    });
  }

  async ping(): Promise<void> {
    await this.query((orm) => orm.execute('select 1'));
  }

  async openSession(): Promise<DatabaseSession> {
    const client = new Client(this.settings);
    const session = new PostgresSession(client);
    try {
      await client.connect();
      await client.query(`set idle_session_timeout = ${SESSION_SILENCE}`);
      return session;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw asStorageError(error);
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }

  private async once<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    const client = await this.connect();
    let isLost = false;
    try {
      return await withFirstFailure(work, (guarded) => asQueryable(drizzle(client)).transaction(guarded, transactionSettings(options)));
    } catch (error) {
      isLost = isDatabaseUnavailable(error);
      throw error;
    } finally {
      client.release(isLost);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw asStorageError(error);
    }
  }
}

/** The pool waits for it, though its type does not say so. */
async function prepareConnection(client: ClientBase): Promise<void> {
  await client.query(SEARCH_SETTING);
}
