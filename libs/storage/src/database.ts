import type { Statement, StatementValue } from './statement';
import type { PgDatabase, PgQueryResultHKT, PgTransactionConfig } from 'drizzle-orm/pg-core';

interface Rows<Row> {
  readonly rows: Row[];
}

/** What `orm.execute(sql…)` answers with, on either database. */
export interface RowsQueryResult extends PgQueryResultHKT {
  readonly type: Rows<this['row']>;
}

/** Drizzle's query builder. What takes one runs inside or outside a transaction alike. */
export type Queryable = PgDatabase<RowsQueryResult>;

/** Drizzle's query builder inside a transaction; `tx.transaction(…)` makes a savepoint. */
export type Transaction = Queryable;

export interface TransactionOptions {
  /** PostgreSQL's own default, read committed, unless another is named. */
  readonly isolation?: NonNullable<PgTransactionConfig['isolationLevel']>;
  readonly readOnly?: boolean;
  /** How often the work is tried where the database ends it for the sake of another (deadlock, serialisation). Default 5. */
  readonly attempts?: number;
}

/**
 * A connection of its own, for what belongs to a connection: locks, and notifications. It does not come back once it is
 * lost; its owner opens another.
 */
export interface DatabaseSession {
  readonly orm: Queryable;
  /** Takes a lock that only one session of the database holds, until the session ends. Does not wait. */
  tryLock(name: string): Promise<boolean>;
  /** Hears `pg_notify(channel, payload)` of committed transactions of any process. */
  listen(channel: string, onNotification: (payload: string) => void): Promise<void>;
  /** Settles, without an error, when the session is lost or closed. */
  readonly ended: Promise<void>;
  /** False as soon as its loss is known. */
  readonly isOpen: boolean;
  close(): Promise<void>;
}

/** The options as Drizzle takes them. */
export function transactionSettings({ isolation, readOnly }: TransactionOptions): PgTransactionConfig | undefined {
  if (isolation === undefined && readOnly === undefined) return undefined;
  return {
    ...(isolation === undefined ? {} : { isolationLevel: isolation }),
    ...(readOnly === undefined ? {} : { accessMode: readOnly ? 'read only' : 'read write' }),
  };
}

export interface Database {
  readonly kind: 'postgresql' | 'pglite';
  /**
   * Queries outside a transaction. Its errors are Drizzle's and hold the parameters; `query` and `transaction` throw
   * errors that are safe to log. Never use it within the work of a transaction: use the transaction there.
   */
  readonly orm: Queryable;
  /**
   * Runs work in a transaction and commits it. Work that the database ends because of another transaction (deadlock,
   * serialisation failure) is rolled back and run again after a random pause, so it must have no effects outside.
   *
   * @throws DatabaseUnavailableError where the connection is lost; whether the commit arrived is then unknown
   * @throws DatabaseError, AttuneError `disk-full`; whatever the work throws passes through after the rollback
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs queries outside a transaction. @throws as `transaction` does */
  query<T>(work: (orm: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs a statement outside a transaction, which is one of its own. One way to the database and back, where a transaction takes two more.
   * Rows are as the driver reads them: names of columns as they are, JSON parsed, `bigint` and instants best cast to text.
   *
   * @throws as `transaction` does
   */
  run<Row>(statement: Statement, values: readonly StatementValue[]): Promise<Row[]>;
  /** @throws DatabaseUnavailableError where the database does not answer in time */
  ping(): Promise<void>;
  /** Opens a session of its own. @throws DatabaseUnavailableError */
  openSession(): Promise<DatabaseSession>;
  /** Waits for transactions at work, then closes every connection. */
  close(): Promise<void>;
}
