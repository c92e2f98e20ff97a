import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { Conversation, ConversationInput, Handoff, Message, SupportConversation } from '@attune/contracts';
import { freshState, normalForm, type ConversationState } from '@attune/dialogue';
import type { Database, Transaction } from '@attune/storage';
import { and, asc, desc, eq, gt, isNotNull, lt, or, sql } from 'drizzle-orm';
import { conversations, gapQuestions, handoffs, messages } from '../database/schema';
import { announceTurn, noticeOf } from './announce-turn';

export type ConversationRow = typeof conversations.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;

/** A message of a customer that is to be answered, in its conversation as it stands. */
export interface PendingTurn {
  readonly conversation: ConversationRow;
  readonly message: MessageRow;
}

/** What a turn ends with. */
export interface TurnResult {
  readonly state: ConversationState;
  /** Absent where a person answers. */
  readonly reply?: TurnReply | undefined;
}

/** What is said in a turn. */
export interface TurnReply {
  readonly text: string;
  readonly details: Omit<NonNullable<Message['reply']>, 'handoff'>;
  /** Where a person takes over. */
  readonly handoff: Pick<Handoff, 'reason' | 'summary'> | undefined;
  /** The question, without personal data, where it got no good answer. */
  readonly gap: { readonly text: string; readonly locale: string } | undefined;
  /** What is announced of it, beside ids. */
  readonly event: Pick<SupportConversation, 'outcome' | 'intent' | 'confidence' | 'citations' | 'reason' | 'modelVersion'>;
}

/** The same text again within so many milliseconds is an impatient second click. */
const DOUBLE_SEND_MS = 10_000;

/** Conversations and their messages in the database. */
export class ConversationRepository {
  constructor(private readonly database: Database) {}

  /** Begins a conversation; the same key gives the same one. */
  async create(input: ConversationInput, idempotencyKey: string | undefined): Promise<ConversationRow> {
    const now = new Date();
    const row = {
      id: randomUUID(),
      channel: input.channel,
      locale: input.locale ?? null,
      customer: input.customer ?? null,
      state: freshState(),
      answeredBy: 'bot' as const,
      lastSequence: 0,
      version: 0,
      createdAt: now,
      updatedAt: now,
      idempotencyKey: idempotencyKey ?? null,
    };
    const [created] = await this.database.query((orm) => orm.insert(conversations).values(row).onConflictDoNothing().returning());
    if (created !== undefined) return created;
    const [known] = await this.database.query((orm) =>
      orm
        .select()
        .from(conversations)
        .where(eq(conversations.idempotencyKey, idempotencyKey ?? '')),
    );
    return found(known, row.id);
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<ConversationRow> {
    const [row] = await this.database.query((orm) => orm.select().from(conversations).where(eq(conversations.id, id)));
    return found(row, id);
  }

  /** A page, those with the newest messages first. */
  async list(query: {
    after: { updatedAt: Date; id: string } | undefined;
    limit: number;
    customer: string | undefined;
  }): Promise<ConversationRow[]> {
    const { after, limit, customer } = query;
    const older =
      after === undefined
        ? undefined
        : or(
            lt(conversations.updatedAt, after.updatedAt),
            and(eq(conversations.updatedAt, after.updatedAt), lt(conversations.id, after.id)),
          );
    return this.database.query((orm) =>
      orm
        .select()
        .from(conversations)
        .where(and(older, customer === undefined ? undefined : eq(conversations.customer, customer)))
        .orderBy(desc(conversations.updatedAt), desc(conversations.id))
        .limit(limit),
    );
  }

  /** Messages after a place, oldest first. */
  async messages(conversationId: string, after: number, limit: number): Promise<MessageRow[]> {
    return this.database.query((orm) =>
      orm
        .select()
        .from(messages)
        .where(and(eq(messages.conversationId, conversationId), gt(messages.sequence, after)))
        .orderBy(asc(messages.sequence))
        .limit(limit),
    );
  }

  /**
   * Writes down what a customer said: from now on it is not lost. A message that came before, by its key or as an
   * impatient double, is the one that it was then.
   *
   * @throws AttuneError `not-found`, `conflict` where the key came with another text
   */
  async accept(conversationId: string, text: string, idempotencyKey: string | undefined): Promise<MessageRow> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.select().from(conversations).where(eq(conversations.id, conversationId)).for('update');
      const conversation = found(row, conversationId);
      const known = await this.knownMessage(tx, conversation, text, idempotencyKey);
      if (known !== undefined) return known;
      const now = new Date();
      const sequence = conversation.lastSequence + 1;
      await tx.update(conversations).set({ lastSequence: sequence, updatedAt: now }).where(eq(conversations.id, conversationId));
      const [message] = await tx
        .insert(messages)
        .values({
          conversationId,
          sequence,
          id: randomUUID(),
          author: 'customer',
          text,
          createdAt: now,
          idempotencyKey: idempotencyKey ?? null,
          pendingSince: now,
        })
        .returning();
      await noticeOf(tx, conversationId);
      return message;
    });
  }

  private async knownMessage(
    tx: Transaction,
    { id, lastSequence }: ConversationRow,
    text: string,
    key: string | undefined,
  ): Promise<MessageRow | undefined> {
    const rows = await tx
      .select()
      .from(messages)
      .where(
        and(
          eq(messages.conversationId, id),
          or(gt(messages.sequence, lastSequence - 2), key === undefined ? undefined : eq(messages.idempotencyKey, key)),
        ),
      )
      .orderBy(desc(messages.sequence));
    const sameKey = rows.find(({ idempotencyKey }) => key !== undefined && idempotencyKey === key);
    if (sameKey !== undefined) {
      if (sameKey.text === text) return sameKey;
      throw new AttuneError('conflict', 'This Idempotency-Key came with another message.', {
        remedy: 'Give each message a key of its own.',
      });
    }
    const last = rows.find(({ author }) => author === 'customer');
    const isDouble =
      last !== undefined &&
      (key === undefined || last.idempotencyKey === null) &&
      Date.now() - last.createdAt.getTime() < DOUBLE_SEND_MS &&
      (last.text === text || (normalForm(text) !== '' && normalForm(last.text) === normalForm(text)));
    return isDouble ? last : undefined;
  }

  /** The oldest message of a conversation that waits for its answer. */
  async oldestPending(conversationId: string): Promise<PendingTurn | undefined> {
    const [row] = await this.database.query((orm) =>
      orm
        .select({ conversation: conversations, message: messages })
        .from(messages)
        .innerJoin(conversations, eq(conversations.id, messages.conversationId))
        .where(and(eq(messages.conversationId, conversationId), isNotNull(messages.pendingSince)))
        .orderBy(asc(messages.sequence))
        .limit(1),
    );
    return row;
  }

  /** Conversations in which a message has waited for its answer since before a time: whoever had it in hand is gone. */
  async abandoned(before: Date, limit: number): Promise<string[]> {
    const rows = await this.database.query((orm) =>
      orm.selectDistinct({ id: messages.conversationId }).from(messages).where(lt(messages.pendingSince, before)).limit(limit),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Ends a turn, if the conversation is still as it was when the turn was read. Of two instances that had the same
   * message in hand one commits; the other reads the conversation anew.
   *
   * @returns whether it was committed
   */
  async commit({ conversation, message }: PendingTurn, { state, reply }: TurnResult): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const now = new Date();
      const handoff = reply?.handoff;
      const handoffId = handoff === undefined ? undefined : randomUUID();
      const [row] = await tx
        .update(conversations)
        .set({
          state,
          version: conversation.version + 1,
          updatedAt: now,
          ...(reply === undefined ? {} : { lastSequence: sql`${conversations.lastSequence} + 1` }),
          ...(handoffId === undefined ? {} : { answeredBy: 'person', handoffId }),
        })
        .where(and(eq(conversations.id, conversation.id), eq(conversations.version, conversation.version)))
        .returning({ lastSequence: conversations.lastSequence });
      if (row === undefined) return false;
      await tx
        .update(messages)
        .set({ pendingSince: null })
        .where(and(eq(messages.conversationId, conversation.id), eq(messages.sequence, message.sequence)));
      if (reply === undefined) return true;
      const id = randomUUID();
      if (handoff !== undefined && handoffId !== undefined) {
        await tx.insert(handoffs).values({ ...handoff, id: handoffId, conversationId: conversation.id, state: 'waiting', createdAt: now });
      }
      await tx.insert(messages).values({
        conversationId: conversation.id,
        sequence: row.lastSequence,
        id,
        author: 'bot',
        text: reply.text,
        createdAt: now,
        reply: {
          ...reply.details,
          ...(handoff === undefined || handoffId === undefined ? {} : { handoff: { id: handoffId, reason: handoff.reason } }),
        },
        inReplyTo: message.id,
      });
      if (reply.gap !== undefined) {
        const question = { messageId: message.id, conversationId: conversation.id, ...reply.gap, askedAt: message.createdAt };
        await tx.insert(gapQuestions).values(question).onConflictDoNothing();
      }
      const ids = { conversationId: conversation.id, messageId: id, ...(handoffId === undefined ? {} : { handoffId }) };
      await announceTurn(tx, { ...ids, ...reply.event }, `${message.id}.${reply.event.outcome}`);
      return true;
    });
  }

  /** The answer to a message; undefined where it has none (yet). */
  async replyTo(messageId: string): Promise<MessageRow | undefined> {
    const [row] = await this.database.query((orm) => orm.select().from(messages).where(eq(messages.inReplyTo, messageId)));
    return row;
  }
}

function found(row: ConversationRow | undefined, id: string): ConversationRow {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no conversation ${id}.`, { remedy: 'Begin one with POST /v1/conversations.' });
}

export function toConversation({
  id,
  locale,
  channel,
  customer,
  answeredBy,
  handoffId,
  lastSequence,
  createdAt,
  updatedAt,
}: ConversationRow): Conversation {
  return {
    id,
    channel,
    answeredBy,
    messages: lastSequence,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(locale === null ? {} : { locale }),
    ...(customer === null ? {} : { customer }),
    ...(handoffId === null || answeredBy === 'bot' ? {} : { handoffId }),
  };
}

export function toMessage({ id, conversationId, sequence, author, text, createdAt, reply, inReplyTo }: MessageRow): Message {
  return {
    id,
    conversationId,
    sequence,
    author,
    text,
    createdAt: createdAt.toISOString(),
    ...(reply === null ? {} : { reply }),
    ...(inReplyTo === null ? {} : { inReplyTo }),
  };
}
