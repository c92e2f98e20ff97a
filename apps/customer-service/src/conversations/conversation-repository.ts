import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { Conversation, ConversationInput, Handoff, Message, SupportConversation } from '@attune/contracts';
import { freshState, normalForm, type ConversationState } from '@attune/dialogue';
import { newestFirst, type Database, type PlaceInTime } from '@attune/storage';
import { and, asc, eq, gt, isNotNull, lt } from 'drizzle-orm';
import { conversations, messages } from '../database/schema';
import { turnMessage } from './announce-turn';
import { ConversationMemory } from './conversation-memory';
import { readConversation, writeFollowed, writeMessage, writeTurnEnd } from './turn-statements';

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

/** A turn that was committed, with what was said; nothing where a person answers. */
export interface EndedTurn {
  readonly reply: MessageRow | undefined;
}

/** A message that was taken in, and the turn that answers it where nothing else of its conversation waits before it. */
export interface AcceptedMessage {
  readonly message: MessageRow;
  readonly turn: PendingTurn | undefined;
}

/** The same text again within so many milliseconds is an impatient second click. */
const DOUBLE_SEND_MS = 10_000;
/** Changes of a conversation that others may make first before a message gives up. */
const MOST_ATTEMPTS = 100;

const order = newestFirst(conversations, 'updatedAt');

/** Conversations and their messages in the database. */
export class ConversationRepository {
  private readonly memory = new ConversationMemory();

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
    if (created !== undefined) {
      this.memory.keep({ conversation: created, recent: [] });
      return created;
    }
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
    after: PlaceInTime<'updatedAt'> | undefined;
    limit: number;
    customer: string | undefined;
  }): Promise<ConversationRow[]> {
    const { after, limit, customer } = query;
    return this.database.query((orm) =>
      orm
        .select()
        .from(conversations)
        .where(and(order.after(after), customer === undefined ? undefined : eq(conversations.customer, customer)))
        .orderBy(...order.columns)
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
  async accept(conversationId: string, text: string, idempotencyKey: string | undefined): Promise<AcceptedMessage> {
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const remembered = attempt === 0 ? this.memory.take(conversationId) : undefined;
      const read = remembered ?? (await readConversation(this.database, conversationId, idempotencyKey));
      const { conversation, recent } = found(read, conversationId);
      const known = knownMessage(recent, text, idempotencyKey);
      // What was last said may have been said to another instance since: only what is read tells a repeat of it.
      if (known !== undefined && remembered !== undefined) continue;
      if (known !== undefined) return { message: known, turn: undefined };
      const message: MessageRow = {
        conversationId,
        sequence: conversation.lastSequence + 1,
        id: randomUUID(),
        author: 'customer',
        text,
        createdAt: new Date(),
        reply: null,
        inReplyTo: null,
        idempotencyKey: idempotencyKey ?? null,
        pendingSince: null,
      };
      if (!(await writeMessage(this.database, conversation, message))) continue;
      const isNext = recent.every(({ pendingSince }) => pendingSince === null);
      return { message, turn: isNext ? { conversation: { ...conversation, lastSequence: message.sequence }, message } : undefined };
    }
    throw new AttuneError('conflict', 'Too much is said in this conversation at once.', { remedy: 'Send it again with the same key.' });
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
   * @returns what was said in it; undefined where it was not committed
   */
  async commit(turn: PendingTurn, { state, reply: said }: TurnResult): Promise<EndedTurn | undefined> {
    const now = new Date();
    if (said === undefined) {
      const sequence = await writeTurnEnd(this.database, turn, { state, now, said });
      return sequence === undefined ? undefined : { reply: undefined };
    }
    const { conversation, message } = turn;
    const handoff = said.handoff === undefined ? undefined : { ...said.handoff, id: randomUUID() };
    const reply = { id: randomUUID(), text: said.text, reply: detailsOf(said, handoff) };
    const ids = { conversationId: conversation.id, messageId: reply.id, ...(handoff === undefined ? {} : { handoffId: handoff.id }) };
    const announced = turnMessage({ ...ids, ...said.event }, `${message.id}.${said.event.outcome}`);
    const sequence = await writeTurnEnd(this.database, turn, { state, now, said: { reply, handoff, gap: said.gap, message: announced } });
    if (sequence === undefined) return undefined;
    const place = { conversationId: conversation.id, sequence, author: 'bot' as const, createdAt: now };
    const written: MessageRow = { ...place, ...reply, inReplyTo: message.id, idempotencyKey: null, pendingSince: null };
    // Where nothing was said meanwhile, nothing waits.
    if (handoff === undefined && sequence === message.sequence + 1) {
      const ended = { ...conversation, state, version: conversation.version + 1, lastSequence: sequence, updatedAt: now };
      this.memory.keep({ conversation: ended, recent: [written, { ...message, pendingSince: null }] });
    }
    return { reply: written };
  }

  /** Lets go of what is remembered of a conversation: it was changed elsewhere, or erased. */
  forget(conversationId: string): void {
    this.memory.forget(conversationId);
  }

  /**
   * Says that conversations are followed for so many milliseconds from now on: what is said in them is then told to those who listen.
   *
   * @returns those that there are, and whether each was followed until now
   */
  follow(conversationIds: readonly string[], milliseconds: number): Promise<Map<string, boolean>> {
    return writeFollowed(this.database, conversationIds, milliseconds);
  }

  /** The answer to a message; undefined where it has none (yet). */
  async replyTo(messageId: string): Promise<MessageRow | undefined> {
    const [row] = await this.database.query((orm) => orm.select().from(messages).where(eq(messages.inReplyTo, messageId)));
    return row;
  }
}

function detailsOf({ details }: TurnReply, handoff: Pick<Handoff, 'id' | 'reason'> | undefined): NonNullable<Message['reply']> {
  return { ...details, ...(handoff === undefined ? {} : { handoff: { id: handoff.id, reason: handoff.reason } }) };
}

/** A message that a text is a repeat of: by its key, or as an impatient double. */
function knownMessage(rows: readonly MessageRow[], text: string, key: string | undefined): MessageRow | undefined {
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

function found<Found>(row: Found | undefined, id: string): Found {
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
