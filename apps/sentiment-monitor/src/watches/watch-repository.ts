import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { Watch, WatchInput } from '@attune/contracts';
import type { Database, Transaction } from '@attune/storage';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { cursors, watches } from '../database/schema';

type WatchRow = typeof watches.$inferSelect;

/** A watch that was changed, or deleted, since a revision. */
export type WatchChange = { revision: number; id: string; watch: Watch | undefined };

const REVISION = 'watches.revision';

/** Watches in the database. Every change takes the next revision, in the order of commits. */
export class WatchRepository {
  constructor(private readonly database: Database) {}

  async create(input: WatchInput): Promise<Watch> {
    return this.database.transaction(async (tx) => {
      const now = new Date();
      const row = { ...input, id: randomUUID(), createdAt: now, updatedAt: now, revision: await nextRevision(tx) };
      const [created] = await tx.insert(watches).values(row).returning();
      return toWatch(created);
    });
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Watch> {
    const [row] = await this.database.query((orm) => orm.select().from(watches).where(existing(id)));
    return toWatch(found(row, id));
  }

  /** A page in the order of ids. */
  async list(after: string | undefined, limit: number): Promise<Watch[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(watches)
        .where(and(isNull(watches.deletedAt), after === undefined ? undefined : gt(watches.id, after)))
        .orderBy(asc(watches.id))
        .limit(limit),
    );
    return rows.map(toWatch);
  }

  /** @throws AttuneError `not-found` */
  async replace(id: string, input: WatchInput): Promise<Watch> {
    return this.change(id, input);
  }

  /** @throws AttuneError `not-found` */
  async mute(id: string, until: Date | null): Promise<Watch> {
    return this.change(id, { mutedUntil: until });
  }

  /**
   * Marks a watch as deleted: other instances learn of it by its revision.
   *
   * @throws AttuneError `not-found`
   */
  async delete(id: string, alongside: (tx: Transaction) => Promise<void>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const revision = await nextRevision(tx);
      const [row] = await tx.update(watches).set({ deletedAt: new Date(), revision }).where(existing(id)).returning();
      found(row, id);
      await alongside(tx);
    });
  }

  /** What changed after a revision, oldest first. */
  async changesSince(revision: number): Promise<WatchChange[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(watches)
        .where(and(gt(watches.revision, revision), revision === 0 ? isNull(watches.deletedAt) : undefined))
        .orderBy(asc(watches.revision)),
    );
    return rows.map((row) => ({ revision: row.revision, id: row.id, watch: row.deletedAt === null ? toWatch(row) : undefined }));
  }

  private change(id: string, values: Partial<Omit<WatchRow, 'id' | 'revision'>>): Promise<Watch> {
    return this.database.transaction(async (tx) => {
      const revision = await nextRevision(tx);
      const [row] = await tx
        .update(watches)
        .set({ ...values, updatedAt: new Date(), revision })
        .where(existing(id))
        .returning();
      return toWatch(found(row, id));
    });
  }
}

const existing = (id: string) => and(eq(watches.id, id), isNull(watches.deletedAt));

/** Counts up under a row lock that is held to the end of the transaction, so that revisions become visible in their order. */
async function nextRevision(tx: Transaction): Promise<number> {
  const [{ position }] = await tx
    .insert(cursors)
    .values({ name: REVISION, position: '1' })
    .onConflictDoUpdate({ target: cursors.name, set: { position: sql`(${cursors.position}::bigint + 1)::text` } })
    .returning({ position: cursors.position });
  return Number(position);
}

function found(row: WatchRow | undefined, id: string): WatchRow {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no watch ${id}.`, { remedy: 'List them with GET /v1/watches.' });
}

function toWatch({ mutedUntil, deletedAt: _deletedAt, revision: _revision, createdAt, updatedAt, ...row }: WatchRow): Watch {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(mutedUntil === null ? {} : { mutedUntil: mutedUntil.toISOString() }),
  };
}
