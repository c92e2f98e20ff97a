import type { DocumentMediaType, Feedback, FeedbackInput, Handoff, HandoffSummary, Message, Slot } from '@attune/contracts';
import type { ConversationState, LearntRanking } from '@attune/dialogue';
import { sql } from 'drizzle-orm';
import {
  bigint,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
/** A vector of any dimension: encoders differ in it, and each has its own partial index. */
const anyVector = customType<{ data: string }>({ dataType: () => 'vector' });

/** Questions that can be answered. `revision` moves with every change, so that each instance fetches only what changed. */
export const entries = pgTable(
  'entries',
  {
    id: text().primaryKey(),
    question: text().notNull(),
    phrasings: jsonb().$type<string[]>().notNull(),
    answer: text().notNull(),
    intent: text(),
    tags: jsonb().$type<string[]>().notNull(),
    locale: text(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    slots: jsonb().$type<Slot[]>().notNull(),
    action: text(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
    revision: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index('entries_revision').on(table.revision)],
);

/** The text of an `entry` is empty: it stands for all of its texts, and has a vector made of theirs. */
export type SearchTextKind = 'question' | 'answer' | 'entry';

/** What entries are found by: each phrasing, the answer and the whole entry, a row each. */
export const searchTexts = pgTable(
  'search_texts',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    entryId: text('entry_id')
      .notNull()
      .references(() => entries.id, { onDelete: 'cascade' }),
    kind: text().$type<SearchTextKind>().notNull(),
    text: text().notNull(),
  },
  (table) => [index('search_texts_entry').on(table.entryId)],
);

/** What is known of an encoder beside its vectors. */
export interface EncoderStatistics {
  /** Mean cosine of texts of different entries: what nearness means nothing. */
  readonly chance: number;
  readonly ranking: LearntRanking;
  /** ISO 8601. */
  readonly learntAt: string;
  /** Texts that entries were found by then. */
  readonly texts: number;
}

/** As those of an encoder, of the passages of documents. */
export interface PassageStatistics {
  /** Mean cosine of questions and unrelated passages. */
  readonly chance: number;
  readonly ranking: LearntRanking;
  /** ISO 8601. */
  readonly learntAt: string;
  /** Passages that there were then. */
  readonly passages: number;
}

/** Encoders that have vectors: a version of the model each. */
export const encoders = pgTable(
  'encoders',
  {
    id: smallint().primaryKey().generatedAlwaysAsIdentity(),
    manifestSha256: text('manifest_sha256').notNull(),
    version: text().notNull(),
    dimension: integer().notNull(),
    statistics: jsonb().$type<EncoderStatistics>(),
    passageStatistics: jsonb('passage_statistics').$type<PassageStatistics>(),
    /** When every text had a vector for the first time; a search needs that. */
    readyAt: instant('ready_at'),
    servedAt: instant('served_at').notNull(),
  },
  (table) => [uniqueIndex('encoders_manifest').on(table.manifestSha256)],
);

/** Vectors of texts, each of one encoder: a search sees only its own encoder's. */
export const textVectors = pgTable(
  'text_vectors',
  {
    encoderId: smallint('encoder_id')
      .notNull()
      .references(() => encoders.id, { onDelete: 'cascade' }),
    textId: bigint('text_id', { mode: 'number' })
      .notNull()
      .references(() => searchTexts.id, { onDelete: 'cascade' }),
    embedding: anyVector().notNull(),
  },
  (table) => [primaryKey({ columns: [table.encoderId, table.textId] }), index('text_vectors_text').on(table.textId)],
);

/** Documents of which answers are composed. `revision` moves with every change; of a deleted one nothing else is kept. */
export const documents = pgTable(
  'documents',
  {
    id: text().primaryKey(),
    title: text().notNull(),
    url: text(),
    locale: text(),
    tags: jsonb().$type<string[]>().notNull(),
    mediaType: text('media_type').$type<DocumentMediaType>().notNull(),
    bytes: integer().notNull(),
    passages: integer().notNull(),
    validFrom: instant('valid_from'),
    validUntil: instant('valid_until'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
    revision: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index('documents_revision').on(table.revision)],
);

/** The parts of documents that are found by themselves. */
export const passages = pgTable(
  'passages',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    documentId: text('document_id')
      .notNull()
      .references(() => documents.id, { onDelete: 'cascade' }),
    /** From 1. */
    position: integer().notNull(),
    headings: jsonb().$type<string[]>().notNull(),
    sentences: jsonb().$type<string[]>().notNull(),
    searchText: text('search_text').notNull(),
  },
  (table) => [uniqueIndex('passages_position').on(table.documentId, table.position)],
);

/** Vectors of passages, as those of texts. */
export const passageVectors = pgTable(
  'passage_vectors',
  {
    encoderId: smallint('encoder_id')
      .notNull()
      .references(() => encoders.id, { onDelete: 'cascade' }),
    passageId: bigint('passage_id', { mode: 'number' })
      .notNull()
      .references(() => passages.id, { onDelete: 'cascade' }),
    embedding: anyVector().notNull(),
  },
  (table) => [primaryKey({ columns: [table.encoderId, table.passageId] }), index('passage_vectors_passage').on(table.passageId)],
);

/** Conversations. `version` moves with every reply: of two instances that answer the same message, one commits. */
export const conversations = pgTable(
  'conversations',
  {
    id: text().primaryKey(),
    locale: text(),
    channel: text().notNull(),
    customer: text(),
    state: jsonb().$type<ConversationState>().notNull(),
    answeredBy: text('answered_by').$type<'bot' | 'person'>().notNull(),
    handoffId: text('handoff_id'),
    lastSequence: integer('last_sequence').notNull(),
    version: integer().notNull(),
    /** Until then somebody follows it, whichever instance he is connected to, and wants to be told. */
    followedUntil: instant('followed_until'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    idempotencyKey: text('idempotency_key'),
  },
  (table) => [
    index('conversations_updated_at').on(table.updatedAt),
    index('conversations_customer').on(table.customer),
    uniqueIndex('conversations_idempotency').on(table.idempotencyKey),
  ],
);

/** Messages in the order of their conversation. A message of a customer is `pending` until it is answered. */
export const messages = pgTable(
  'messages',
  {
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    sequence: integer().notNull(),
    id: text().notNull(),
    author: text().$type<Message['author']>().notNull(),
    text: text().notNull(),
    createdAt: instant('created_at').notNull(),
    reply: jsonb().$type<NonNullable<Message['reply']>>(),
    inReplyTo: text('in_reply_to'),
    idempotencyKey: text('idempotency_key'),
    pendingSince: instant('pending_since'),
  },
  (table) => [
    primaryKey({ columns: [table.conversationId, table.sequence] }),
    uniqueIndex('messages_id').on(table.id),
    uniqueIndex('messages_idempotency').on(table.conversationId, table.idempotencyKey),
    index('messages_in_reply_to').on(table.inReplyTo),
    index('messages_pending')
      .on(table.pendingSince)
      .where(sql`pending_since is not null`),
  ],
);

/** Conversations that wait for a person, or had one. */
export const handoffs = pgTable(
  'handoffs',
  {
    id: text().primaryKey(),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    reason: text().$type<Handoff['reason']>().notNull(),
    state: text().$type<Handoff['state']>().notNull(),
    summary: jsonb().$type<HandoffSummary>().notNull(),
    agent: text(),
    note: text(),
    createdAt: instant('created_at').notNull(),
    claimedAt: instant('claimed_at'),
    closedAt: instant('closed_at'),
  },
  (table) => [index('handoffs_queue').on(table.state, table.createdAt, table.id), index('handoffs_conversation').on(table.conversationId)],
);

/** What was thought of replies, and what became of it. One a reply. */
export const feedback = pgTable(
  'feedback',
  {
    id: text().primaryKey(),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    messageId: text('message_id').notNull(),
    question: text().notNull(),
    rating: text().$type<Feedback['rating']>().notNull(),
    correction: jsonb().$type<NonNullable<FeedbackInput['correction']>>(),
    note: text(),
    state: text().$type<Feedback['state']>().notNull(),
    use: text().$type<NonNullable<Feedback['use']>>(),
    entryId: text('entry_id'),
    /** The phrasing, or the text of the training row, that it became. */
    usedText: text('used_text'),
    label: text(),
    createdAt: instant('created_at').notNull(),
    decidedAt: instant('decided_at'),
  },
  (table) => [
    uniqueIndex('feedback_message').on(table.messageId),
    index('feedback_newest').on(table.createdAt, table.id),
    index('feedback_conversation').on(table.conversationId),
  ],
);

/** Questions that got no good answer. */
export const gapQuestions = pgTable(
  'gap_questions',
  {
    messageId: text('message_id').primaryKey(),
    conversationId: text('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    text: text().notNull(),
    locale: text().notNull(),
    askedAt: instant('asked_at').notNull(),
    closedAt: instant('closed_at'),
    /** The entry of which its text became a phrasing. */
    entryId: text('entry_id'),
  },
  (table) => [
    index('gap_questions_open')
      .on(table.askedAt)
      .where(sql`closed_at is null`),
    index('gap_questions_conversation').on(table.conversationId),
  ],
);

/** Numbers that count up in the order of commits. */
export const counters = pgTable('counters', { name: text().primaryKey(), value: bigint({ mode: 'number' }).notNull() });
