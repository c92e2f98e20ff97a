import type { Database, Transaction } from '@attune/storage';
import { asc, eq, inArray, lte, sql } from 'drizzle-orm';
import { watchStates } from '../database/schema';

/** Where the detection of a watch stands. */
export interface StoredState {
  state: unknown;
  /** 0 where nothing is stored yet. */
  version: number;
}

/** A state to store in place of the one of a version. */
export interface StateChange extends StoredState {
  watchId: string;
  /** When the clock has something to do for it. */
  dueAt: Date | undefined;
}

/** States of the watches' detection. Each write names the version that it read, so that of two writers one fails. */
export class WatchStateRepository {
  constructor(private readonly database: Database) {}

  async load(tx: Transaction, watchIds: readonly string[]): Promise<Map<string, StoredState>> {
    if (watchIds.length === 0) return new Map();
    const rows = await tx
      .select()
      .from(watchStates)
      .where(inArray(watchStates.watchId, [...watchIds]));
    return new Map(rows.map(({ watchId, state, version }) => [watchId, { state, version }]));
  }

  /**
   * Stores states whose stored version is still the one that was read.
   *
   * @returns watches whose state another writer has changed meanwhile: the transaction must not commit
   */
  async save(tx: Transaction, changes: readonly StateChange[]): Promise<string[]> {
    if (changes.length === 0) return [];
    // Every writer takes the rows in one order, or two of them could wait for each other.
    const ordered = [...changes].sort((a, b) => (a.watchId < b.watchId ? -1 : 1));
    const expected = sql`(${sql.join(
      ordered.map(({ watchId, version }) => sql`(${watchId}::text, ${version}::bigint)`),
      sql`, `,
    )})`;
    const saved = await tx
      .insert(watchStates)
      .values(ordered.map(({ watchId, state, version, dueAt }) => ({ watchId, state, version: version + 1, dueAt: dueAt ?? null })))
      .onConflictDoUpdate({
        target: watchStates.watchId,
        set: { state: sql`excluded.state`, version: sql`excluded.version`, dueAt: sql`excluded.due_at` },
        setWhere: sql`(${watchStates.watchId}, ${watchStates.version}) in ${expected}`,
      })
      .returning({ watchId: watchStates.watchId });
    const done = new Set(saved.map(({ watchId }) => watchId));
    return ordered.flatMap(({ watchId }) => (done.has(watchId) ? [] : [watchId]));
  }

  /** Watches for which the clock has something to do, the most overdue first. */
  async due(now: Date, limit: number): Promise<string[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select({ watchId: watchStates.watchId })
        .from(watchStates)
        .where(lte(watchStates.dueAt, now))
        .orderBy(asc(watchStates.dueAt))
        .limit(limit),
    );
    return rows.map(({ watchId }) => watchId);
  }

  /** Forgets a watch. */
  async forget(tx: Transaction, watchId: string): Promise<void> {
    await tx.delete(watchStates).where(eq(watchStates.watchId, watchId));
  }
}
