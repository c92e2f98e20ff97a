import type { Alert, AlertRules, AlertEvent, MarketDocument, Sentiment, WatchTarget } from '@attune/contracts';
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** Watched entities and topics. `revision` moves with every change, so that each instance fetches only what changed. */
export const watches = pgTable(
  'watches',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    target: jsonb().$type<WatchTarget>().notNull(),
    rules: jsonb().$type<AlertRules>().notNull(),
    enabled: boolean().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    mutedUntil: instant('muted_until'),
    deletedAt: instant('deleted_at'),
    revision: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index('watches_revision').on(table.revision)],
);

/** A document's sentiment about one watch, as it was scored. */
export interface StoredSentiment extends Sentiment {
  watchId: string;
  /** The sentences, or the whole text, that were scored, and about whom. */
  inputs: { text: string; entity?: string }[];
}

/** Documents that were scored: the memory by which a repeat is known. */
export const documents = pgTable(
  'documents',
  {
    id: text().primaryKey(),
    contentHash: text('content_hash').notNull(),
    /** Partition and offset of the message that brought it: that message again is no repeat, but one whose handling was cut short. */
    origin: text(),
    body: jsonb().$type<MarketDocument>().notNull(),
    publishedAt: instant('published_at').notNull(),
    receivedAt: instant('received_at').notNull(),
    scoredAt: instant('scored_at').notNull(),
    modelVersion: text('model_version').notNull(),
    topics: jsonb().$type<string[]>().notNull(),
    sentiments: jsonb().$type<StoredSentiment[]>().notNull(),
  },
  (table) => [index('documents_scored_at').on(table.scoredAt)],
);

/** Documents by watch, with the story that each tells: what near-duplicates are found by, and an alert's evidence. */
export const mentions = pgTable(
  'mentions',
  {
    watchId: text('watch_id').notNull(),
    documentId: text('document_id').notNull(),
    publishedAt: instant('published_at').notNull(),
    label: text().$type<Sentiment['label']>().notNull(),
    score: doublePrecision().notNull(),
    storyId: text('story_id').notNull(),
    fingerprint: text().notNull(),
    source: text().notNull(),
    title: text(),
    url: text(),
  },
  (table) => [
    primaryKey({ columns: [table.watchId, table.documentId] }),
    index('mentions_published_at').on(table.watchId, table.publishedAt),
    index('mentions_story').on(table.watchId, table.storyId),
    index('mentions_document').on(table.documentId),
  ],
);

/** Counts of a watch in a span of event time that starts at `startsAt` and lasts `seconds`; older ones are merged into longer spans. */
export const buckets = pgTable(
  'buckets',
  {
    watchId: text('watch_id').notNull(),
    startsAt: instant('starts_at').notNull(),
    seconds: integer().notNull(),
    negative: integer().notNull(),
    neutral: integer().notNull(),
    positive: integer().notNull(),
    negativeStories: integer('negative_stories').notNull(),
    neutralStories: integer('neutral_stories').notNull(),
    positiveStories: integer('positive_stories').notNull(),
    scoreSum: doublePrecision('score_sum').notNull(),
  },
  (table) => [primaryKey({ columns: [table.watchId, table.startsAt, table.seconds] })],
);

/** Where the detection of a watch stands. `version` fences: a writer that read an older one has lost its partition. */
export const watchStates = pgTable(
  'watch_states',
  {
    watchId: text('watch_id').primaryKey(),
    state: jsonb().$type<unknown>().notNull(),
    version: bigint({ mode: 'number' }).notNull(),
    /** When the clock has something to do: a window to close, an alert to resolve. */
    dueAt: instant('due_at'),
    /** Of `market.sentiment`, from which its events came last: whoever consumes that one is the watch's writer. */
    partition: integer(),
  },
  (table) => [index('watch_states_due').on(table.dueAt)],
);

/** Alerts as they stand, and what people said of them. */
export const alerts = pgTable(
  'alerts',
  {
    id: text().primaryKey(),
    watchId: text('watch_id').notNull(),
    state: text().$type<Alert['state']>().notNull(),
    alert: jsonb().$type<Alert>().notNull(),
    openedAt: instant('opened_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    acknowledgedAt: instant('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    falseAlarm: boolean('false_alarm').notNull().default(false),
    note: text(),
  },
  (table) => [index('alerts_opened_at').on(table.openedAt, table.id), index('alerts_watch').on(table.watchId, table.openedAt)],
);

/** What people say that the head should have said of texts. It outlives the documents: it is what the head learns from. */
export const feedback = pgTable(
  'feedback',
  {
    id: text().primaryKey(),
    documentId: text('document_id').notNull(),
    watchId: text('watch_id').notNull(),
    /** Which of the texts that were scored for the watch. */
    place: integer().notNull(),
    /** Without personal data. */
    scoredText: text('scored_text').notNull(),
    entity: text(),
    label: text().$type<Sentiment['label']>().notNull(),
    documentLabel: text('document_label').$type<Sentiment['label']>().notNull(),
    modelVersion: text('model_version').notNull(),
    givenBy: text('given_by').notNull(),
    note: text(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('feedback_of').on(table.documentId, table.watchId, table.place),
    index('feedback_newest').on(table.createdAt, table.id),
  ],
);

/** Every change of an alert in the order of commits: what the stream of server-sent events and the webhooks read. */
export const alertEvents = pgTable(
  'alert_events',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    transaction: xid8('transaction')
      .notNull()
      .default(sql`pg_current_xact_id()`),
    id: text().notNull(),
    watchId: text('watch_id').notNull(),
    event: jsonb().$type<AlertEvent>().notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [index('alert_events_committed').on(table.transaction, table.sequence), index('alert_events_created_at').on(table.createdAt)],
);

/** Where alerts are posted to. */
export const webhooks = pgTable('webhooks', {
  id: text().primaryKey(),
  url: text().notNull(),
  secret: text().notNull(),
  watchIds: jsonb('watch_ids').$type<string[]>(),
  enabled: boolean().notNull(),
  createdAt: instant('created_at').notNull(),
});

/** Deliveries that are due or done. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    webhookId: text('webhook_id').notNull(),
    eventId: text('event_id').notNull(),
    event: jsonb().$type<AlertEvent>().notNull(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant('next_attempt_at'),
    attemptedAt: instant('attempted_at'),
    deliveredAt: instant('delivered_at'),
    status: integer(),
    error: text(),
  },
  (table) => [primaryKey({ columns: [table.webhookId, table.eventId] }), index('webhook_deliveries_due').on(table.nextAttemptAt)],
);

/** How far each reader of an append-only table has come. */
export const cursors = pgTable('cursors', {
  name: text().primaryKey(),
  position: text().notNull(),
});
