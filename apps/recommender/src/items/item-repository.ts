import { AttuneError } from '@attune/artifact';
import type { CatalogItem, StoredItem } from '@attune/contracts';
import { insertRows, statement, type Database, type Transaction } from '@attune/storage';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { counters, items } from '../database/schema';

/** An item that was changed, or deleted, since a revision. */
export interface ItemChange {
  readonly revision: number;
  readonly id: string;
  readonly item: StoredItem | undefined;
}

export interface ItemQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly category?: string | undefined;
}

/** What a deleted item still has. */
const EMPTY = { attributes: {}, available: false };

interface ChangedRow {
  readonly revision: number;
  readonly id: string;
  /** Null of a deleted item. */
  readonly body: typeof items.$inferSelect.body | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Asked for all the time; from the beginning on, what is deleted is nothing new. */
const CHANGES = statement(`select revision::float8 as revision, id, case when deleted_at is null then body end as body,
    (extract(epoch from created_at) * 1000)::float8 as "createdAt", (extract(epoch from updated_at) * 1000)::float8 as "updatedAt"
  from items where revision > $1::bigint and ($1::bigint > 0 or deleted_at is null) order by items.revision limit $2`);

/** The catalogue in the database. Every change takes the next revision, in the order of commits. */
export class ItemRepository {
  constructor(private readonly database: Database) {}

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<StoredItem> {
    const [row] = await this.database.query((orm) =>
      orm
        .select()
        .from(items)
        .where(and(eq(items.id, id), isNull(items.deletedAt))),
    );
    if (row === undefined) throw notFound(id);
    return toItem(row);
  }

  /** A page in the order of ids. */
  async list({ after, limit, category }: ItemQuery): Promise<StoredItem[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(items)
        .where(
          and(
            isNull(items.deletedAt),
            after === undefined ? undefined : gt(items.id, after),
            category === undefined ? undefined : sql`${items.body} ->> 'category' = ${category}`,
          ),
        )
        .orderBy(asc(items.id))
        .limit(limit),
    );
    return rows.map(toItem);
  }

  /** Writes items, new ones and others; of two with one id the later one holds. */
  async write(tx: Transaction, written: readonly CatalogItem[]): Promise<void> {
    const latest = [...new Map(written.map((item) => [item.id, item])).values()];
    if (latest.length === 0) return;
    const revision = await nextRevisions(tx, latest.length);
    const now = new Date();
    const rows = latest.map(({ id, ...body }, index) => ({
      id,
      body,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      revision: revision + index,
    }));
    await insertRows(
      tx,
      items,
      rows,
      sql`on conflict (id) do update set body = excluded.body, updated_at = excluded.updated_at, deleted_at = null,
        revision = excluded.revision, created_at = case when items.deleted_at is null then items.created_at else excluded.created_at end`,
    );
  }

  /** Marks items as deleted: instances learn of it by the revision. @returns how many were there */
  async delete(tx: Transaction, ids: readonly string[]): Promise<number> {
    const revision = await nextRevisions(tx, ids.length);
    const { rows } = await tx.execute(sql`update items set deleted_at = now(), body = ${JSON.stringify(EMPTY)}::jsonb,
      revision = ${revision}::bigint + given.place - 1
      from unnest(${sql.param([...ids])}::text[]) with ordinality as given(id, place)
      where items.id = given.id and items.deleted_at is null returning items.id`);
    return rows.length;
  }

  /** Of items as they were read, those that nobody has changed since, kept from changing to the end of the transaction. */
  async holdUnchanged(tx: Transaction, read: readonly ItemChange[]): Promise<Set<string>> {
    const ids = read.map(({ id }) => id);
    const revisions = read.map(({ revision }) => revision);
    const { rows } = await tx.execute<{ id: string }>(sql`select i.id from items i
      join unnest(${sql.param(ids)}::text[], ${sql.param(revisions)}::bigint[]) as given(id, revision)
      on i.id = given.id and i.revision = given.revision and i.deleted_at is null order by i.id for share of i`);
    return new Set(rows.map(({ id }) => id));
  }

  /** What changed after a revision, oldest first, at most so many items. */
  async changesSince(revision: number, limit: number): Promise<ItemChange[]> {
    const changed = await this.database.run<ChangedRow>(CHANGES, [revision, limit]);
    return changed.map((row) => ({
      revision: row.revision,
      id: row.id,
      item:
        row.body === null
          ? undefined
          : toItem({ id: row.id, body: row.body, createdAt: new Date(row.createdAt), updatedAt: new Date(row.updatedAt) }),
    }));
  }
}

/** Counts up under a row lock that is held to the end of the transaction, so that revisions become visible in their order. */
async function nextRevisions(tx: Transaction, count: number): Promise<number> {
  const [{ value }] = await tx
    .insert(counters)
    .values({ name: 'items.revision', value: count })
    .onConflictDoUpdate({ target: counters.name, set: { value: sql`${counters.value} + ${count}` } })
    .returning({ value: counters.value });
  return value - count + 1;
}

function toItem({
  id,
  body,
  createdAt,
  updatedAt,
}: Pick<typeof items.$inferSelect, 'id' | 'body' | 'createdAt' | 'updatedAt'>): StoredItem {
  return { id, ...body, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

/** The error of an item that is not there. */
export function notFound(id: string): AttuneError {
  return new AttuneError('not-found', `There is no item ${id}.`, { remedy: 'List them with GET /v1/items.' });
}
