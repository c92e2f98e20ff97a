import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { Feedback, FeedbackInput, TrainingRow } from '@attune/contracts';
import { maskPersonalData } from '@attune/dialogue';
import { newestFirst, type Database, type PlaceInTime, type Transaction } from '@attune/storage';
import { and, asc, eq, gt, isNotNull, sql, type SQL } from 'drizzle-orm';
import { announceTurn } from '../conversations/announce-turn';
import { conversations, feedback, gapQuestions, messages } from '../database/schema';

type FeedbackRow = typeof feedback.$inferSelect;

const order = newestFirst(feedback, 'createdAt');

/** Which feedback, newest first. */
export interface FeedbackQuery {
  readonly state: Feedback['state'] | undefined;
  readonly rating: Feedback['rating'] | undefined;
  readonly after: PlaceInTime<'createdAt'> | undefined;
  readonly limit: number;
}

/** What became of a correction. */
export interface FeedbackUse {
  readonly use: NonNullable<Feedback['use']>;
  readonly usedText: string;
  readonly entryId?: string | undefined;
  readonly label?: string | undefined;
}

/** Feedback in the database. */
export class FeedbackRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes down what somebody thinks of a reply; a second opinion takes the place of the first, unless that was decided on.
   *
   * @throws AttuneError `not-found` where there is no such reply, `conflict`
   */
  async record({ messageId, rating, correction, note }: FeedbackInput): Promise<Feedback> {
    return this.database.transaction(async (tx) => {
      const reply = await replyOf(tx, messageId);
      const now = new Date();
      const said = {
        rating,
        correction: correction ?? null,
        note: note ?? null,
        state: correction === undefined ? ('recorded' as const) : ('proposed' as const),
      };
      const row = { id: randomUUID(), conversationId: reply.conversationId, messageId, question: reply.question, createdAt: now, ...said };
      const [written] = await tx
        .insert(feedback)
        .values(row)
        .onConflictDoUpdate({ target: feedback.messageId, set: said, setWhere: sql`${feedback.state} in ('recorded', 'proposed')` })
        .returning();
      if (written === undefined) throw new AttuneError('conflict', 'The feedback on this reply was decided on.');
      if (rating === 'unhelpful') {
        const { conversationId, questionId, question, locale, askedAt } = reply;
        await tx
          .insert(gapQuestions)
          .values({ messageId: questionId, conversationId, text: question, locale, askedAt })
          .onConflictDoNothing();
      }
      await announceTurn(tx, { conversationId: reply.conversationId, outcome: 'rated', messageId, rating }, `${messageId}.rated.${rating}`);
      return toFeedback(written);
    });
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Feedback> {
    const [row] = await this.database.query((orm) => orm.select().from(feedback).where(eq(feedback.id, id)));
    return toFeedback(found(row, id));
  }

  async list({ state, rating, after, limit }: FeedbackQuery): Promise<Feedback[]> {
    const conditions: (SQL | undefined)[] = [
      state === undefined ? undefined : eq(feedback.state, state),
      rating === undefined ? undefined : eq(feedback.rating, rating),
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

  /** Decides on a proposal, once. @throws AttuneError `not-found`, `conflict` where it was decided on */
  async decide(id: string, use: FeedbackUse | undefined): Promise<Feedback> {
    const decision = use === undefined ? { state: 'rejected' as const } : { state: 'approved' as const, ...use };
    const [row] = await this.database.query((orm) =>
      orm
        .update(feedback)
        .set({ ...decision, decidedAt: new Date() })
        .where(and(eq(feedback.id, id), sql`${feedback.state} in ('recorded', 'proposed')`))
        .returning(),
    );
    if (row !== undefined) return toFeedback(row);
    await this.get(id);
    throw new AttuneError('conflict', `The feedback ${id} was decided on.`);
  }

  /** Rows for training, oldest first, after one. */
  async trainingRows(after: string, limit: number): Promise<(TrainingRow & { id: string })[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select({
          id: feedback.id,
          text: feedback.usedText,
          label: feedback.label,
          subject: feedback.conversationId,
          createdAt: feedback.createdAt,
          decidedAt: feedback.decidedAt,
        })
        .from(feedback)
        .where(and(eq(feedback.use, 'training-row'), isNotNull(feedback.label), gt(feedback.id, after)))
        .orderBy(asc(feedback.id))
        .limit(limit),
    );
    return rows.map(({ id, text, label, subject, createdAt, decidedAt }) => ({
      id,
      text: text ?? '',
      label: label ?? '',
      subject,
      at: (decidedAt ?? createdAt).toISOString(),
    }));
  }
}

interface RatedReply {
  readonly conversationId: string;
  readonly questionId: string;
  readonly question: string;
  readonly locale: string;
  readonly askedAt: Date;
}

async function replyOf(tx: Transaction, messageId: string): Promise<RatedReply> {
  const [row] = await tx
    .select({ conversationId: messages.conversationId, inReplyTo: messages.inReplyTo, locale: conversations.locale })
    .from(messages)
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .where(eq(messages.id, messageId));
  const [question] = typeof row?.inReplyTo === 'string' ? await tx.select().from(messages).where(eq(messages.id, row.inReplyTo)) : [];
  if (row === undefined || question === undefined) {
    throw new AttuneError('not-found', `There is no reply ${messageId}.`, { remedy: 'Name the id of a reply of the service.' });
  }
  return {
    conversationId: row.conversationId,
    questionId: question.id,
    question: maskPersonalData(question.text, row.locale ?? undefined),
    locale: row.locale ?? '',
    askedAt: question.createdAt,
  };
}

function found(row: FeedbackRow | undefined, id: string): FeedbackRow {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no feedback ${id}.`, { remedy: 'List it with GET /v1/feedback.' });
}

function toFeedback({
  correction,
  note,
  use,
  entryId,
  createdAt,
  decidedAt,
  usedText: _text,
  label: _label,
  ...row
}: FeedbackRow): Feedback {
  return {
    ...row,
    createdAt: createdAt.toISOString(),
    ...(correction === null ? {} : { correction }),
    ...(note === null ? {} : { note }),
    ...(use === null ? {} : { use }),
    ...(entryId === null ? {} : { entryId }),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.toISOString() }),
  };
}
