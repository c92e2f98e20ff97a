import type { Database } from '@attune/storage';
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import { gapQuestions } from '../database/schema';

/** A question that got no good answer. */
export type GapQuestion = Pick<typeof gapQuestions.$inferSelect, 'messageId' | 'text' | 'askedAt'>;

/** Questions without a good answer, in the database. */
export class GapRepository {
  constructor(private readonly database: Database) {}

  /** The newest open ones, oldest first. */
  async open(limit: number, locale: string | undefined): Promise<GapQuestion[]> {
    const { messageId, text, askedAt } = gapQuestions;
    const newest = await this.database.query((orm) =>
      orm
        .select({ messageId, text, askedAt })
        .from(gapQuestions)
        .where(and(isNull(gapQuestions.closedAt), locale === undefined ? undefined : eq(gapQuestions.locale, locale)))
        .orderBy(desc(askedAt), asc(messageId))
        .limit(limit),
    );
    return newest.reverse();
  }

  /** Closes some. @param entryId of which they became phrasings */
  async close(messageIds: readonly string[], entryId: string | undefined): Promise<void> {
    await this.database.query((orm) =>
      orm
        .update(gapQuestions)
        .set({ closedAt: new Date(), ...(entryId === undefined ? {} : { entryId }) })
        .where(sql`${gapQuestions.messageId} = any(${sql.param([...messageIds])}::text[])`),
    );
  }
}
