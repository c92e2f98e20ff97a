import type { Transaction } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { counters } from './schema';

/**
 * Counts up under a row lock that is held to the end of the transaction, so that revisions become visible in their order.
 *
 * @param counter what the revisions are of
 * @returns the first of so many
 */
export async function nextRevisions(tx: Transaction, counter: 'entries.revision' | 'documents.revision', count: number): Promise<number> {
  const [{ value }] = await tx
    .insert(counters)
    .values({ name: counter, value: count })
    .onConflictDoUpdate({ target: counters.name, set: { value: sql`${counters.value} + ${count}` } })
    .returning({ value: counters.value });
  return value - count + 1;
}
