import type { Transaction } from '../database';

/** A message as it will be published: byte for byte this, however often. */
export interface OutboxMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Puts messages into the outbox: they are published after the transaction commits, and only then.
 *
 * Messages of one key go out in the order of these calls, as long as transactions that write the same key follow each
 * other (one writer a key, or a row lock taken before the call). Of transactions that overlap, either order is right.
 */
export declare function enqueue(tx: Transaction, messages: readonly OutboxMessage[]): Promise<void>;
