import { sql } from 'drizzle-orm';
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
export async function recordProcessed(tx: Transaction, consumer: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  // In one order everywhere, so that two transactions with the same ids wait for each other instead of deadlocking.
  const sorted = [...new Set(ids)].sort();
  const { rows } = await tx.execute<{ id: string }>(
    sql`insert into attune_inbox (consumer, id) select ${consumer}, id from unnest(${sql.param(sorted)}::text[]) as batch(id)
      on conflict do nothing returning id`,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Forgets old ids, in small transactions that hold nobody up. Returns how many. */
export async function expireProcessed(database: Database, { olderThan, batchSize = 1_000, signal }: InboxExpiry): Promise<number> {
  let expired = 0;
  while (signal?.aborted !== true) {
    const { rows } = await database.query((orm) =>
      orm.execute<{ count: string }>(
        sql`with old as (
            select ctid from attune_inbox where processed_at < now() - ${olderThan} * interval '1 millisecond'
            order by processed_at limit ${batchSize} for update skip locked
          ), deleted as (delete from attune_inbox where ctid = any(array(select ctid from old)) returning 1)
          select count(*)::text as count from deleted`,
      ),
    );
    const count = Number(rows[0]?.count ?? 0);
    expired += count;
    if (count < batchSize) break;
  }
  return expired;
}
