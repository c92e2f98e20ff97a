import { drizzle } from 'drizzle-orm/node-postgres';
import { Client, Pool, type PoolClient, type PoolConfig } from 'pg';
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
import { withAttempts, withFirstFailure } from '../transaction-attempts';
import { PostgresSession, SESSION_SILENCE } from './postgres-session';

/** A PostgreSQL server through a pool of connections, which are opened anew after a restart of the server. */
export class PostgresDatabase implements Database {
  readonly kind = 'postgresql';
  readonly orm: Queryable;
  private readonly pool: Pool;

  constructor(private readonly settings: PoolConfig) {
    this.pool = new Pool(settings);
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
