import { AttuneError } from '@attune/artifact';
import type { DocumentInput, DocumentMediaType, KnowledgeDocument, Passage } from '@attune/contracts';
import { joinSentences, passageSearchText, type IndexedPassage } from '@attune/dialogue';
import { insertRows, type Database, type Transaction } from '@attune/storage';
import { and, asc, eq, gt, isNull, sql, type SQL } from 'drizzle-orm';
import { nextRevisions } from '../database/revisions';
import { documents, passages } from '../database/schema';
import type { ReadDocument } from './reading/reading-protocol';

type DocumentRow = typeof documents.$inferSelect;
type PassageRow = typeof passages.$inferSelect;

/** A document that is written: a new one, or in the place of the one of its id. */
export interface WrittenDocument extends ReadDocument {
  readonly id: string;
  readonly isNew: boolean;
  readonly input: Omit<DocumentInput, 'title'>;
  readonly mediaType: DocumentMediaType;
  readonly bytes: number;
}

/** A document that was changed, or deleted, since a revision, with its passages as they are now. */
export interface DocumentChange {
  readonly revision: number;
  readonly id: string;
  readonly document: KnowledgeDocument | undefined;
  readonly passages: readonly IndexedPassage[];
}

export interface DocumentQuery {
  readonly after: string | undefined;
  readonly limit: number;
  readonly tag?: string | undefined;
  readonly locale?: string | undefined;
}

/** Documents and their passages in the database. Every change takes the next revision, in the order of commits. */
export class DocumentRepository {
  constructor(private readonly database: Database) {}

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<KnowledgeDocument> {
    const [row] = await this.database.query((orm) => orm.select().from(documents).where(existing(id)));
    if (row === undefined) throw notFound(id);
    return toDocument(row);
  }

  /** A page in the order of ids. */
  async list({ after, limit, tag, locale }: DocumentQuery): Promise<KnowledgeDocument[]> {
    const conditions: (SQL | undefined)[] = [
      isNull(documents.deletedAt),
      after === undefined ? undefined : gt(documents.id, after),
      tag === undefined ? undefined : sql`${documents.tags} @> ${JSON.stringify([tag])}::jsonb`,
      locale === undefined ? undefined : eq(documents.locale, locale),
    ];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(documents)
        .where(and(...conditions))
        .orderBy(asc(documents.id))
        .limit(limit),
    );
    return rows.map(toDocument);
  }

  /** Passages of a document after a place, in their order. */
  async passages(documentId: string, after: number, limit: number): Promise<Passage[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(passages)
        .where(and(eq(passages.documentId, documentId), gt(passages.position, after)))
        .orderBy(asc(passages.position))
        .limit(limit),
    );
    return rows.map(({ position, headings, sentences }) => ({ position, headings, text: joinSentences(sentences) }));
  }

  /**
   * Writes a document with its passages.
   *
   * @returns ids of the passages, in their order
   * @throws AttuneError `not-found` where one that is no new one is not there
   */
  async write(tx: Transaction, document: WrittenDocument): Promise<number[]> {
    const { id, isNew } = document;
    const now = new Date();
    const row = { ...toRow(document), updatedAt: now, revision: await nextRevisions(tx, 'documents.revision', 1) };
    if (isNew) await tx.insert(documents).values({ ...row, id, createdAt: now });
    else {
      const [updated] = await tx.update(documents).set(row).where(existing(id)).returning({ id: documents.id });
      if (updated === undefined) throw notFound(id);
      await tx.delete(passages).where(eq(passages.documentId, id));
    }
    const rows = document.passages.map((passage, place) => ({
      documentId: id,
      position: place + 1,
      headings: [...passage.headings],
      sentences: [...passage.sentences],
      searchText: passageSearchText(document.title, passage),
    }));
    const written = await insertRows<typeof passages, { id: string; position: number }>(
      tx,
      passages,
      rows,
      sql`returning id::text as id, position`,
    );
    return written.sort((a, b) => a.position - b.position).map((passage) => Number(passage.id));
  }

  /**
   * Removes a document with its passages and their vectors. Its id stays, so that other instances learn of it.
   *
   * @throws AttuneError `not-found`
   */
  async delete(id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const revision = await nextRevisions(tx, 'documents.revision', 1);
      const nothing = { title: '', url: null, tags: [], bytes: 0, passages: 0 };
      const [row] = await tx
        .update(documents)
        .set({ ...nothing, deletedAt: new Date(), revision })
        .where(existing(id))
        .returning({ id: documents.id });
      if (row === undefined) throw notFound(id);
      await tx.delete(passages).where(eq(passages.documentId, id));
    });
  }

  /** What changed after a revision, oldest first, at most so many documents. */
  async changesSince(revision: number, limit: number): Promise<DocumentChange[]> {
    const changed = await this.database.query((orm) =>
      orm
        .select()
        .from(documents)
        .where(and(gt(documents.revision, revision), revision === 0 ? isNull(documents.deletedAt) : undefined))
        .orderBy(asc(documents.revision))
        .limit(limit),
    );
    if (changed.length === 0) return [];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(passages)
        .where(sql`${passages.documentId} = any(${sql.param(changed.map(({ id }) => id))}::text[])`)
        .orderBy(asc(passages.documentId), asc(passages.position)),
    );
    const ofDocument = new Map<string, PassageRow[]>(changed.map(({ id }) => [id, []]));
    for (const row of rows) ofDocument.get(row.documentId)?.push(row);
    return changed.map((row) => ({
      revision: row.revision,
      id: row.id,
      document: row.deletedAt === null ? toDocument(row) : undefined,
      passages: (ofDocument.get(row.id) ?? []).map(toPassage),
    }));
  }
}

const existing = (id: string) => and(eq(documents.id, id), isNull(documents.deletedAt));

function toRow({ title, input, mediaType, bytes, passages: split }: WrittenDocument) {
  const { locale, tags, url, validFrom, validUntil } = input;
  return {
    title,
    url: url ?? null,
    locale: locale ?? null,
    tags,
    mediaType,
    bytes,
    passages: split.length,
    validFrom: validFrom === undefined ? null : new Date(validFrom),
    validUntil: validUntil === undefined ? null : new Date(validUntil),
    deletedAt: null,
  };
}

function toDocument({ url, locale, validFrom, validUntil, createdAt, updatedAt, deletedAt: _d, revision: _r, ...row }: DocumentRow) {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(url === null ? {} : { url }),
    ...(locale === null ? {} : { locale }),
    ...(validFrom === null ? {} : { validFrom: validFrom.toISOString() }),
    ...(validUntil === null ? {} : { validUntil: validUntil.toISOString() }),
  };
}

function toPassage({ documentId: _d, ...passage }: PassageRow): IndexedPassage {
  return passage;
}

function notFound(id: string): AttuneError {
  return new AttuneError('not-found', `There is no document ${id}.`, { remedy: 'List them with GET /v1/documents.' });
}
