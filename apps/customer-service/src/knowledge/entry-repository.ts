import { AttuneError } from '@attune/artifact';
import type { Entry, EntryInput } from '@attune/contracts';
import { parseTemplate } from '@attune/dialogue';
import type { Database, Transaction } from '@attune/storage';
import { and, asc, eq, getTableColumns, gt, isNull, sql, type SQL } from 'drizzle-orm';
import { nextRevisions } from '../database/revisions';
import { entries, searchTexts } from '../database/schema';

type EntryRow = typeof entries.$inferSelect;
/** A text by which an entry is found. */
export type SearchText = typeof searchTexts.$inferSelect;

/** An entry that was changed, or deleted, since a revision, with its texts as they are now. */
export interface EntryChange {
  readonly revision: number;
  readonly id: string;
  readonly entry: Entry | undefined;
  readonly texts: readonly SearchText[];
}

export interface EntryQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly tag?: string | undefined;
  readonly intent?: string | undefined;
  readonly locale?: string | undefined;
}

/** Entries in the database. Every change takes the next revision, in the order of commits. */
export class EntryRepository {
  constructor(private readonly database: Database) {}

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Entry> {
    const [row] = await this.database.query((orm) => orm.select().from(entries).where(existing(id)));
    return toEntry(found(row, id));
  }

  /** A page in the order of ids. */
  async list({ after, limit, tag, intent, locale }: EntryQuery): Promise<Entry[]> {
    const conditions: (SQL | undefined)[] = [
      isNull(entries.deletedAt),
      after === undefined ? undefined : gt(entries.id, after),
      tag === undefined ? undefined : sql`${entries.tags} @> ${JSON.stringify([tag])}::jsonb`,
      intent === undefined ? undefined : eq(entries.intent, intent),
      locale === undefined ? undefined : eq(entries.locale, locale),
    ];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(entries)
        .where(and(...conditions))
        .orderBy(asc(entries.id))
        .limit(limit),
    );
    return rows.map(toEntry);
  }

  /** Of ids, those of entries that are there. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.query((orm) =>
      orm
        .select({ id: entries.id })
        .from(entries)
        .where(and(isNull(entries.deletedAt), sql`${entries.id} = any(${sql.param([...ids])}::text[])`)),
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Writes entries, new ones and others, with the texts that they are found by.
   *
   * @returns the texts that are new, in the order of the entries
   */
  async write(tx: Transaction, written: readonly { id: string; input: EntryInput; isNew: boolean }[]): Promise<SearchText[]> {
    const revision = await nextRevisions(tx, 'entries.revision', written.length);
    const now = new Date();
    const rows = written.map(({ id, input }, index) => ({
      ...toRow(input),
      id,
      updatedAt: now,
      createdAt: now,
      deletedAt: null,
      revision: revision + index,
    }));
    const created = rows.filter((_, index) => written[index].isNew);
    if (created.length > 0) await tx.insert(entries).values(created).onConflictDoUpdate({ target: entries.id, set: REPLACED });
    for (const { createdAt: _createdAt, ...row } of rows.filter((_, index) => !written[index].isNew)) {
      const [updated] = await tx.update(entries).set(row).where(existing(row.id)).returning({ id: entries.id });
      if (updated === undefined) throw notFound(row.id);
      await tx.delete(searchTexts).where(eq(searchTexts.entryId, row.id));
    }
    return tx
      .insert(searchTexts)
      .values(written.flatMap(({ id, input }) => textsOf(input).map((text) => ({ entryId: id, ...text }))))
      .returning();
  }

  /**
   * Marks an entry as deleted: other instances learn of it by its revision.
   *
   * @throws AttuneError `not-found`
   */
  async delete(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const revision = await nextRevisions(tx, 'entries.revision', 1);
      const [row] = await tx.update(entries).set({ deletedAt: new Date(), revision }).where(existing(id)).returning();
      found(row, id);
      await tx.delete(searchTexts).where(eq(searchTexts.entryId, id));
    });
  }

  /** What changed after a revision, oldest first, at most so many entries. */
  async changesSince(revision: number, limit: number): Promise<EntryChange[]> {
    const changed = await this.database.query((orm) =>
      orm
        .select()
        .from(entries)
        .where(and(gt(entries.revision, revision), revision === 0 ? isNull(entries.deletedAt) : undefined))
        .orderBy(asc(entries.revision))
        .limit(limit),
    );
    if (changed.length === 0) return [];
    const texts = await this.database.query((orm) =>
      orm
        .select()
        .from(searchTexts)
        .where(sql`${searchTexts.entryId} = any(${sql.param(changed.map(({ id }) => id))}::text[])`)
        .orderBy(asc(searchTexts.id)),
    );
    const byEntry = new Map<string, SearchText[]>();
    for (const text of texts) byEntry.set(text.entryId, [...(byEntry.get(text.entryId) ?? []), text]);
    return changed.map((row) => ({
      revision: row.revision,
      id: row.id,
      entry: row.deletedAt === null ? toEntry(row) : undefined,
      texts: byEntry.get(row.id) ?? [],
    }));
  }
}

const existing = (id: string) => and(eq(entries.id, id), isNull(entries.deletedAt));

/** An id that is new may be that of an entry that was deleted. */
const REPLACED = Object.fromEntries(
  Object.entries(getTableColumns(entries))
    .filter(([name]) => name !== 'id')
    .map(([name, column]) => [name, sql.raw(`excluded."${column.name}"`)]),
);

/** What an entry is found by. */
export function textsOf({ question, phrasings, answer }: EntryInput): Omit<SearchText, 'id' | 'entryId'>[] {
  const questions = [...new Set([question, ...phrasings])];
  return [
    ...questions.map((text) => ({ kind: 'question' as const, text })),
    { kind: 'answer' as const, text: parseTemplate(answer).text },
    { kind: 'entry' as const, text: '' },
  ];
}

function toRow({ intent, locale, validFrom, validUntil, action, ...rest }: EntryInput) {
  return {
    ...rest,
    intent: intent ?? null,
    locale: locale ?? null,
    validFrom: validFrom === undefined ? null : new Date(validFrom),
    validUntil: validUntil === undefined ? null : new Date(validUntil),
    action: action ?? null,
  };
}

function toEntry({
  intent,
  locale,
  validFrom,
  validUntil,
  action,
  createdAt,
  updatedAt,
  deletedAt: _d,
  revision: _r,
  ...row
}: EntryRow): Entry {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(intent === null ? {} : { intent }),
    ...(locale === null ? {} : { locale }),
    ...(validFrom === null ? {} : { validFrom: validFrom.toISOString() }),
    ...(validUntil === null ? {} : { validUntil: validUntil.toISOString() }),
    ...(action === null ? {} : { action }),
  };
}

function found(row: EntryRow | undefined, id: string): EntryRow {
  if (row !== undefined) return row;
  throw notFound(id);
}

function notFound(id: string): AttuneError {
  return new AttuneError('not-found', `There is no entry ${id}.`, { remedy: 'List them with GET /v1/knowledge.' });
}
