import type { Database, Transaction } from './database';

export interface InboxExpiry {
  /** Milliseconds after which an id is forgotten. Longer than any event can come late: the retention of its topic. */
  readonly olderThan: number;
  /** Ids deleted per transaction. Default 1,000. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
}

/**
 * Writes down that a consumer has handled events, in the transaction of their effects. Where another transaction is
 * handling one of them at this moment, waits for its end.
 *
 * @param ids of one batch; an id that comes twice counts once
 * @returns those that are new: only they may have an effect
 */
export declare function recordProcessed(tx: Transaction, consumer: string, ids: readonly string[]): Promise<Set<string>>;

/** Forgets old ids, in small transactions that hold nobody up. Returns how many. */
export declare function expireProcessed(database: Database, expiry: InboxExpiry): Promise<number>;
