import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { SentimentFeedback, SentimentLabel, TrainingRow } from '@attune/contracts';
import { newestFirst, type Database, type PlaceInTime } from '@attune/storage';
import { and, asc, eq, gt, or, sql, type SQL } from 'drizzle-orm';
import { feedback } from '../database/schema';

type FeedbackRow = typeof feedback.$inferSelect;

const order = newestFirst(feedback, 'createdAt');

/** Which feedback, newest first. */
export interface FeedbackQuery {
  readonly documentId?: string | undefined;
  readonly watchId?: string | undefined;
  readonly after?: PlaceInTime<'createdAt'> | undefined;
  readonly limit: number;
}

/** What somebody says of a text, and what the text is. */
export type GivenFeedback = Omit<FeedbackRow, 'id' | 'createdAt' | 'updatedAt'>;

/** One of the texts of a watch within a document. */
export function feedbackKey(watchId: string, place: number): string {
  return `${String(place)}:${watchId}`;
}

/** Feedback in the database. */
export class FeedbackRepository {
  constructor(private readonly database: Database) {}

  /** Writes down what is right for a text; a later opinion takes the place of an earlier one, and the same again changes nothing. */
  async record(given: GivenFeedback): Promise<SentimentFeedback> {
    const now = new Date();
    const { documentId, watchId, place, label, givenBy, note } = given;
    const written = await this.database.query((orm) =>
      orm
        .insert(feedback)
        .values({ id: randomUUID(), createdAt: now, updatedAt: now, ...given })
        .onConflictDoUpdate({
          target: [feedback.documentId, feedback.watchId, feedback.place],
          set: { label, givenBy, note, updatedAt: now },
          setWhere: or(sql`${feedback.label} <> excluded.label`, sql`${feedback.note} is distinct from excluded.note`),
        })
        .returning(),
    );
    if (written.length > 0) return toFeedback(written[0]);
    const [row] = await this.database.query((orm) =>
      orm
        .select()
        .from(feedback)
        .where(and(eq(feedback.documentId, documentId), eq(feedback.watchId, watchId), eq(feedback.place, place))),
    );
    if (row === undefined) throw new AttuneError('conflict', 'The feedback was withdrawn at the same time.');
    return toFeedback(row);
  }

  async list({ documentId, watchId, after, limit }: FeedbackQuery): Promise<SentimentFeedback[]> {
    const conditions: (SQL | undefined)[] = [
      documentId === undefined ? undefined : eq(feedback.documentId, documentId),
      watchId === undefined ? undefined : eq(feedback.watchId, watchId),
      order.after(after),
    ];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(feedback)
        .where(and(...conditions))
        .orderBy(...order.columns)
        .limit(limit),
    );
    return rows.map(toFeedback);
  }

  /** What was said of a document's texts, by `feedbackKey`. */
  async labelsOf(documentId: string): Promise<Map<string, SentimentLabel>> {
    const rows = await this.database.query((orm) =>
      orm
        .select({ watchId: feedback.watchId, place: feedback.place, label: feedback.label })
        .from(feedback)
        .where(eq(feedback.documentId, documentId)),
    );
    return new Map(rows.map(({ watchId, place, label }) => [feedbackKey(watchId, place), label]));
  }

  /** @throws AttuneError `not-found` */
  async withdraw(id: string): Promise<void> {
    const deleted = await this.database.query((orm) => orm.delete(feedback).where(eq(feedback.id, id)).returning({ id: feedback.id }));
    if (deleted.length > 0) return;
    throw new AttuneError('not-found', `There is no feedback ${id}.`, { remedy: 'List it with GET /v1/feedback.' });
  }

  /** Rows for training in the order of their ids, after one. */
  async trainingRows(after: string, limit: number): Promise<(TrainingRow & { id: string })[]> {
    const rows = await this.database.query((orm) =>
      orm.select().from(feedback).where(gt(feedback.id, after)).orderBy(asc(feedback.id)).limit(limit),
    );
    return rows.map(({ id, scoredText, entity, label, documentId, updatedAt }) => ({
      id,
      text: scoredText,
      ...(entity === null ? {} : { pair: entity }),
      label,
      subject: documentId,
      at: updatedAt.toISOString(),
    }));
  }
}

function toFeedback({ place, entity, note, createdAt, updatedAt, ...row }: FeedbackRow): SentimentFeedback {
  return {
    ...row,
    text: place,
    ...(entity === null ? {} : { entity }),
    ...(note === null ? {} : { note }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
