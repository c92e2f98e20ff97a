import type { DocumentSentiment, SentimentLabel } from '@attune/contracts';
import type { StoryMember } from '@attune/opinion';
import type { Database, Transaction } from '@attune/storage';
import { and, count, eq, inArray, lt, sql } from 'drizzle-orm';
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

/** How far back of a watch's newest mention its stories may still grow. */
const STORY_DAYS = 8;

/** Documents by watch in the database. */
export class MentionRepository {
  constructor(private readonly database: Database) {}

  /** What a story index is restored from, by watch. */
  async recentMembers(tx: Transaction, watchIds: readonly string[]): Promise<Map<string, StoryMember[]>> {
    const members = new Map<string, StoryMember[]>();
    if (watchIds.length === 0) return members;
    const newest = tx
      .select({ watchId: mentions.watchId, at: sql<Date>`max(${mentions.publishedAt})`.as('at') })
      .from(mentions)
      .where(inArray(mentions.watchId, [...watchIds]))
      .groupBy(mentions.watchId)
      .as('newest');
    const first = alias(mentions, 'first');
    const tellings = tx
      .select({ watchId: mentions.watchId, storyId: mentions.storyId, count: count().as('count') })
      .from(mentions)
      .where(inArray(mentions.watchId, [...watchIds]))
      .groupBy(mentions.watchId, mentions.storyId)
      .as('tellings');
    const rows = await tx
      .select({
        watchId: mentions.watchId,
        documentId: mentions.documentId,
        publishedAt: mentions.publishedAt,
        label: mentions.label,
        fingerprint: mentions.fingerprint,
        storyId: mentions.storyId,
        storyPublishedAt: sql<Date>`coalesce(${first.publishedAt}, ${mentions.publishedAt})`.mapWith(mentions.publishedAt),
        storyLabel: sql<SentimentLabel>`coalesce(${first.label}, ${mentions.label})`,
        tellings: tellings.count,
      })
      .from(mentions)
      .innerJoin(newest, eq(newest.watchId, mentions.watchId))
      .innerJoin(tellings, and(eq(tellings.watchId, mentions.watchId), eq(tellings.storyId, mentions.storyId)))
      .leftJoin(first, and(eq(first.watchId, mentions.watchId), eq(first.documentId, mentions.storyId)))
      .where(sql`${mentions.publishedAt} > ${newest.at} - ${STORY_DAYS} * interval '1 day'`);
    for (const { watchId, publishedAt, storyId, storyPublishedAt, storyLabel, tellings: told, ...member } of rows) {
      const known = members.get(watchId) ?? [];
      const story = { storyId, publishedAt: storyPublishedAt.getTime(), label: storyLabel, tellings: told };
      known.push({ ...member, publishedAt: publishedAt.getTime(), story });
      members.set(watchId, known);
    }
    return members;
  }

  async insert(tx: Transaction, stored: readonly StoredMention[]): Promise<void> {
    if (stored.length === 0) return;
    await tx
      .insert(mentions)
      .values(
        stored.map(({ storyId, sentiment: { watchId, documentId, publishedAt, label, score, fingerprint, source, title, url } }) => ({
          watchId,
          documentId,
          publishedAt: new Date(publishedAt),
          label,
          score,
          storyId,
          fingerprint,
          source,
          title: title ?? null,
          url: url ?? null,
        })),
      )
      .onConflictDoNothing();
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
