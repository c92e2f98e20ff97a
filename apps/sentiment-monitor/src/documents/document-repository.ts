import { AttuneError } from '@attune/artifact';
import type { MarketDocument } from '@attune/contracts';
import { insertRows, type Database } from '@attune/storage';
import { eq, sql } from 'drizzle-orm';
import { documents, mentions, type StoredSentiment } from '../database/schema';

/** A document and what was made of it. */
export interface ScoredRecord {
  contentHash: string;
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

  /** Content hashes of those documents that were scored before. */
  async knownHashes(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query((orm) =>
      orm
        .select({ id: documents.id, contentHash: documents.contentHash })
        .from(documents)
        .where(sql`${documents.id} = any(${sql.param([...ids])}::text[])`),
    );
    return new Map(rows.map(({ id, contentHash }) => [id, contentHash]));
  }

  /** Remembers documents; one that another instance has stored meanwhile stays as it is. */
  async insert(records: readonly ScoredRecord[]): Promise<void> {
    const rows = records.map(({ document, ...record }) => ({
      ...record,
      id: document.id,
      body: document,
      publishedAt: new Date(document.publishedAt),
    }));
    await this.database.query((orm) => insertRows(orm, documents, rows, sql`on conflict do nothing`));
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<ScoredRecord> {
    const [row] = await this.database.query((orm) => orm.select().from(documents).where(eq(documents.id, id)));
    if (row === undefined) {
      throw new AttuneError('not-found', `No document ${id} was scored.`, {
        remedy: 'A document is scored soon after it was accepted, unless it went to market.documents.dead-letters.',
      });
    }
    const { body, publishedAt: _publishedAt, id: _id, ...record } = row;
    return { ...record, document: body };
  }

  /** The story of a document by watch, where detection has seen it. */
  async storiesOf(id: string): Promise<Map<string, string>> {
    const rows = await this.database.query((orm) =>
      orm.select({ watchId: mentions.watchId, storyId: mentions.storyId }).from(mentions).where(eq(mentions.documentId, id)),
    );
    return new Map(rows.map(({ watchId, storyId }) => [watchId, storyId]));
  }
}
