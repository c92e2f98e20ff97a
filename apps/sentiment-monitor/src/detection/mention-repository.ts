import type { DocumentSentiment, SentimentLabel } from '@attune/contracts';
import { MOST_TELLINGS, STORY_MEMORY, type StoryMember } from '@attune/opinion';
import { insertRows, type Database, type Transaction } from '@attune/storage';
import { and, count, eq, inArray, lt, lte, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { mentions } from '../database/schema';

/** A document's place in a story. */
export interface StoredMention {
  sentiment: DocumentSentiment;
  storyId: string;
}

/** Documents that became part of another story. */
export interface MovedStory {
  watchId: string;
  from: string;
  to: string;
}

/** Documents by watch in the database. */
export class MentionRepository {
  constructor(private readonly database: Database) {}

  /** What a story index is restored from, by watch. */
  async recentMembers(tx: Transaction, watchIds: readonly string[]): Promise<Map<string, StoryMember[]>> {
    const members = new Map<string, StoryMember[]>();
    if (watchIds.length === 0) return members;
    const watched = inArray(mentions.watchId, [...watchIds]);
    const ranked = tx
      .select({
        watchId: mentions.watchId,
        documentId: mentions.documentId,
        publishedAt: mentions.publishedAt,
        label: mentions.label,
        fingerprint: mentions.fingerprint,
        storyId: mentions.storyId,
        newest: sql<Date>`max(${mentions.publishedAt}) over (partition by ${mentions.watchId})`.as('newest'),
        rank: sql<number>`row_number() over (partition by ${mentions.watchId} order by ${mentions.publishedAt} desc)`.as('rank'),
      })
      .from(mentions)
      .where(watched)
      .as('ranked');
    const first = alias(mentions, 'first');
    const tellings = tx
      .select({ watchId: mentions.watchId, storyId: mentions.storyId, count: count().as('count') })
      .from(mentions)
      .where(watched)
      .groupBy(mentions.watchId, mentions.storyId)
      .as('tellings');
    const rows = await tx
      .select({
        watchId: ranked.watchId,
        documentId: ranked.documentId,
        publishedAt: ranked.publishedAt,
        label: ranked.label,
        fingerprint: ranked.fingerprint,
        storyId: ranked.storyId,
        storyPublishedAt: sql<Date>`coalesce(${first.publishedAt}, ${ranked.publishedAt})`.mapWith(mentions.publishedAt),
        storyLabel: sql<SentimentLabel>`coalesce(${first.label}, ${ranked.label})`,
        tellings: tellings.count,
      })
      .from(ranked)
      .innerJoin(tellings, and(eq(tellings.watchId, ranked.watchId), eq(tellings.storyId, ranked.storyId)))
      .leftJoin(first, and(eq(first.watchId, ranked.watchId), eq(first.documentId, ranked.storyId)))
      .where(
        and(lte(ranked.rank, MOST_TELLINGS), sql`${ranked.publishedAt} >= ${ranked.newest} - ${STORY_MEMORY} * interval '1 millisecond'`),
      );
    for (const { watchId, publishedAt, storyId, storyPublishedAt, storyLabel, tellings: told, ...member } of rows) {
      const known = members.get(watchId) ?? [];
      const story = { storyId, publishedAt: storyPublishedAt.getTime(), label: storyLabel, tellings: told };
      known.push({ ...member, publishedAt: publishedAt.getTime(), story });
      members.set(watchId, known);
    }
    return members;
  }

  async insert(tx: Transaction, stored: readonly StoredMention[]): Promise<void> {
    const rows = stored.map(
      ({ storyId, sentiment: { watchId, documentId, publishedAt, label, score, fingerprint, source, title, url } }) => ({
        ...{ watchId, documentId, publishedAt: new Date(publishedAt), label, score, storyId, fingerprint, source },
        title: title ?? null,
        url: url ?? null,
      }),
    );
    await insertRows(tx, mentions, rows, sql`on conflict do nothing`);
  }

  /** Stories that turned out to be one. */
  async move(tx: Transaction, moved: readonly MovedStory[]): Promise<void> {
    for (const { watchId, from, to } of moved) {
      await tx
        .update(mentions)
        .set({ storyId: to })
        .where(and(eq(mentions.watchId, watchId), eq(mentions.storyId, from)));
    }
  }

  /** Forgets mentions of documents published before a time. @returns how many */
  async expire(before: Date): Promise<number> {
    const deleted = await this.database.query((orm) =>
      orm.delete(mentions).where(lt(mentions.publishedAt, before)).returning({ documentId: mentions.documentId }),
    );
    return deleted.length;
  }

  async forget(tx: Transaction, watchId: string): Promise<void> {
    await tx.delete(mentions).where(eq(mentions.watchId, watchId));
  }
}
