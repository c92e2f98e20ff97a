import type { Database, Transaction } from '@attune/storage';
import { and, asc, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { watchStates } from '../database/schema';

/** Where the detection of a watch stands. */
export interface StoredState {
  state: unknown;
  /** 0 where nothing is stored yet. */
  version: number;
  /** Of `market.sentiment`, from which its events came last; null where that is not known. */
  partition: number | null;
}

/** A watch for which the clock has something to do. */
export interface DueWatch {
  watchId: string;
  partition: number | null;
  dueAt: Date;
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
    return new Map(rows.map(({ watchId, state, version, partition }) => [watchId, { state, version, partition }]));
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
    const rows = ordered.map(({ dueAt, ...change }) => ({ ...change, dueAt: dueAt ?? null }));
    const { rows: saved } = await tx.execute<{ watchId: string }>(sql`
      insert into watch_states (watch_id, state, version, due_at, partition)
      select "watchId", state, version + 1, "dueAt", partition
      from json_to_recordset(${JSON.stringify(rows)}::json)
        as changed("watchId" text, state jsonb, version bigint, "dueAt" timestamptz, partition integer)
      on conflict (watch_id) do update
        set state = excluded.state, version = excluded.version, due_at = excluded.due_at, partition = excluded.partition
        where watch_states.version = excluded.version - 1
      returning watch_id as "watchId"`);
    const done = new Set(saved.map(({ watchId }) => watchId));
    return ordered.flatMap(({ watchId }) => (done.has(watchId) ? [] : [watchId]));
  }

  /** Watches of some partitions for which the clock has something to do, the most overdue first. */
  async due(now: Date, partitions: readonly number[], limit: number): Promise<DueWatch[]> {
    if (partitions.length === 0) return [];
    const rows = await this.database.query((orm) =>
      orm
        .select({ watchId: watchStates.watchId, partition: watchStates.partition, dueAt: watchStates.dueAt })
        .from(watchStates)
        .where(and(lte(watchStates.dueAt, now), or(isNull(watchStates.partition), inArray(watchStates.partition, [...partitions]))))
        .orderBy(asc(watchStates.dueAt))
        .limit(limit),
    );
    return rows.flatMap(({ dueAt, ...row }) => (dueAt === null ? [] : [{ ...row, dueAt }]));
  }

  /** Forgets a watch. */
  async forget(tx: Transaction, watchId: string): Promise<void> {
    await tx.delete(watchStates).where(eq(watchStates.watchId, watchId));
  }
}
