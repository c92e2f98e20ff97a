import { sql } from 'drizzle-orm';
import type { Transaction } from '../database';

/** A message as it will be published: byte for byte this, however often. */
export interface OutboxMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Notified, at the commit, of transactions with messages. */
export const OUTBOX_CHANNEL = 'attune_outbox';

/**
 * Puts messages into the outbox: they are published after the transaction commits, and only then.
 *
 * Messages of one key go out in the order of these calls, as long as transactions that write the same key follow each
 * other (one writer a key, or a row lock taken before the call). Of transactions that overlap, either order is right.
 */
export async function enqueue(tx: Transaction, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const column = (cellOf: (message: OutboxMessage) => string | null) => sql`${sql.param(messages.map(cellOf))}::text[]`;
  // Rows get their sequence in the order of the messages. PostgreSQL makes one notification of all those of a transaction.
  await tx.execute(sql`with written as (
      insert into attune_outbox (topic, key, value, headers)
      select topic, key, coalesce(convert_to(text, 'UTF8'), decode(bytes, 'hex')), headers::json
      from unnest(
        ${column(({ topic }) => topic)}, ${column(({ key }) => key)},
        ${column(({ value }) => (isPlainText(value) ? value : null))},
        ${column(({ value }) => (value === null || isPlainText(value) ? null : bytesOf(value).toString('hex')))},
        ${column(({ headers }) => JSON.stringify(headers ?? {}))}
      ) with ordinality as message(topic, key, text, bytes, headers, place)
      order by place
    ) select pg_notify(${OUTBOX_CHANNEL}, '')`);
}

/**
 * The parts of a statement that puts a message into the outbox along with what else it writes: an insertion for its `with`, and what its
 * `select` calls so that the relay hears of it at the commit. As with `enqueue`, the statement locks a row of the key before.
 *
 * @param from a part before it: there is a message for each of its rows
 * @param message expressions of its cells; the value is text without a character 0, the headers are JSON
 */
export function enqueueWithin(
  from: string,
  { topic, key, value, headers }: Readonly<Record<keyof Required<OutboxMessage>, string>>,
): {
  readonly insert: string;
  readonly notify: string;
} {
  return {
    insert: `insert into attune_outbox (topic, key, value, headers)
      select ${topic}::text, ${key}::text, convert_to(${value}::text, 'UTF8'), ${headers}::json from ${from}`,
    notify: `pg_notify('${OUTBOX_CHANNEL}', '')`,
  };
}

/** What PostgreSQL takes as text: it has no character 0. */
function isPlainText(value: string | Buffer | null): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function bytesOf(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value;
}
