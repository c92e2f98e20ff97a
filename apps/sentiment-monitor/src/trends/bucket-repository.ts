import type { CountBucket, GrainMerge } from '@attune/opinion';
import { insertRows, type Database, type Transaction } from '@attune/storage';
import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import { buckets } from '../database/schema';

/** What is to be added to a watch's counts of one minute; stories may fall. */
export interface BucketDelta extends CountBucket {
  watchId: string;
}

const MINUTE_SECONDS = 60;
const ADD_TO_COUNTS = sql`on conflict (watch_id, starts_at, seconds) do update set
  negative = buckets.negative + excluded.negative,
  neutral = buckets.neutral + excluded.neutral,
  positive = buckets.positive + excluded.positive,
  negative_stories = buckets.negative_stories + excluded.negative_stories,
  neutral_stories = buckets.neutral_stories + excluded.neutral_stories,
  positive_stories = buckets.positive_stories + excluded.positive_stories,
  score_sum = buckets.score_sum + excluded.score_sum`;

/** Counts of each watch by minute, and of older times by hour and day. */
export class BucketRepository {
  constructor(private readonly database: Database) {}

  /** Adds to the counts of minutes, in the transaction that took in the documents. */
  async add(tx: Transaction, deltas: readonly BucketDelta[]): Promise<void> {
    const rows = deltas.map((delta) => toRow(delta, MINUTE_SECONDS));
    await insertRows(tx, buckets, rows, ADD_TO_COUNTS);
  }

  /** Counts of a watch that start within `[from, to)`, oldest first. */
  async read(watchId: string, from: Date, to: Date): Promise<CountBucket[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(buckets)
        .where(and(eq(buckets.watchId, watchId), gte(buckets.startsAt, from), lt(buckets.startsAt, to)))
        .orderBy(asc(buckets.startsAt)),
    );
    return rows.map(toBucket);
  }

  /**
   * Merges old counts into longer spans; the counts of a span that is there already grow.
   *
   * @returns rows that were merged
   */
  async merge({ from, into, before }: GrainMerge): Promise<number> {
    const seconds = into / 1_000;
    return this.database.transaction(async (tx) => {
      const start = sql`to_timestamp(floor(extract(epoch from starts_at) / ${seconds}) * ${seconds})`;
      const moved = await tx.execute<{ count: number }>(sql`
        with old as (
          delete from buckets where seconds = ${from / 1_000} and starts_at < ${new Date(before).toISOString()}::timestamptz
          returning *
        ), merged as (
          insert into buckets
            (watch_id, starts_at, seconds, negative, neutral, positive, negative_stories, neutral_stories, positive_stories, score_sum)
          select watch_id, ${start}, ${seconds}, sum(negative), sum(neutral), sum(positive),
            sum(negative_stories), sum(neutral_stories), sum(positive_stories), sum(score_sum)
          from old group by 1, 2
          ${ADD_TO_COUNTS}
        )
        select count(*)::int as count from old`);
      return moved.rows[0].count;
    });
  }

  /** Forgets a watch's counts. */
  async forget(tx: Transaction, watchId: string): Promise<void> {
    await tx.delete(buckets).where(eq(buckets.watchId, watchId));
  }
}

function toRow({ watchId, start, documents, stories, scoreSum }: BucketDelta, seconds: number): typeof buckets.$inferInsert {
  return {
    watchId,
    startsAt: new Date(start),
    seconds,
    ...documents,
    negativeStories: stories.negative,
    neutralStories: stories.neutral,
    positiveStories: stories.positive,
    scoreSum,
  };
}

function toBucket(row: typeof buckets.$inferSelect): CountBucket {
  return {
    start: row.startsAt.getTime(),
    documents: { negative: row.negative, neutral: row.neutral, positive: row.positive },
    stories: { negative: row.negativeStories, neutral: row.neutralStories, positive: row.positiveStories },
    scoreSum: row.scoreSum,
  };
}
