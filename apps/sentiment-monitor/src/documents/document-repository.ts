import { AttuneError } from '@attune/artifact';
import type { MarketDocument } from '@attune/contracts';
import { insertRows, type Database } from '@attune/storage';
import { eq, sql, type SQL } from 'drizzle-orm';
import { documents, mentions, type StoredSentiment } from '../database/schema';

/** A document and what was made of it. */
export interface ScoredRecord {
  contentHash: string;
  /** Of the message that brought it; null where that is not known. */
  origin: string | null;
  document: MarketDocument;
  receivedAt: Date;
  scoredAt: Date;
  modelVersion: string;
  topics: string[];
  sentiments: StoredSentiment[];
}

/** Scored documents in the database. */
export class DocumentRepository {
  constructor(private readonly database: Database) {}

  /** Those documents that were scored before: what they say, and where it was said. */
  async known(ids: readonly string[]): Promise<Map<string, Pick<ScoredRecord, 'contentHash' | 'origin'>>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query((orm) =>
      orm.select({ id: documents.id, contentHash: documents.contentHash, origin: documents.origin }).from(documents).where(among(ids)),
    );
    return new Map(rows.map(({ id, ...known }) => [id, known]));
  }

  /** Remembers documents; one that another instance has stored meanwhile stays as it is. @returns the ids of those that were new */
  async insert(records: readonly ScoredRecord[]): Promise<Set<string>> {
    const rows = records.map(({ document, ...record }) => ({
      ...record,
      id: document.id,
      body: document,
      publishedAt: new Date(document.publishedAt),
    }));
    const inserted = await this.database.query((orm) =>
      insertRows<typeof documents, { id: string }>(orm, documents, rows, sql`on conflict do nothing returning id`),
    );
    return new Set(inserted.map(({ id }) => id));
  }

  /** Scored documents by their ids; those that there are. */
  async find(ids: readonly string[]): Promise<Map<string, ScoredRecord>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query((orm) => orm.select().from(documents).where(among(ids)));
    return new Map(rows.map((row) => [row.id, toRecord(row)]));
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<ScoredRecord> {
    const [row] = await this.database.query((orm) => orm.select().from(documents).where(eq(documents.id, id)));
    if (row === undefined) {
      throw new AttuneError('not-found', `No document ${id} was scored.`, {
        remedy: 'A document is scored soon after it was accepted, unless it went to market.documents.dead-letters.',
      });
    }
    return toRecord(row);
  }

  /** The story of a document by watch, where detection has seen it. */
  async storiesOf(id: string): Promise<Map<string, string>> {
    const rows = await this.database.query((orm) =>
      orm.select({ watchId: mentions.watchId, storyId: mentions.storyId }).from(mentions).where(eq(mentions.documentId, id)),
    );
    return new Map(rows.map(({ watchId, storyId }) => [watchId, storyId]));
  }
}

function among(ids: readonly string[]): SQL {
  return sql`${documents.id} = any(${sql.param([...ids])}::text[])`;
}

function toRecord({ body, publishedAt: _publishedAt, id: _id, ...record }: typeof documents.$inferSelect): ScoredRecord {
  return { ...record, document: body };
}
