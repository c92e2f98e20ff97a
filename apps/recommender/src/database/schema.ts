import type { Arm, BehaviourType, CatalogItem, RecommendationBasis } from '@attune/contracts';
import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  customType,
  doublePrecision,
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
const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });
/** A vector of any dimension: encoders differ in it, and each has its own partial index. */
const anyVector = customType<{ data: string }>({ dataType: () => 'vector' });
/** The transaction that wrote a row, by which rows are read in the order of commits. */
const transaction = () =>
  xid8('transaction')
    .notNull()
    .default(sql`pg_current_xact_id()`);

/** The catalogue. `revision` moves with every change, so that each instance fetches only what changed; of a deleted item nothing else is kept. */
export const items = pgTable(
  'items',
  {
    id: text().primaryKey(),
    body: jsonb().$type<Omit<CatalogItem, 'id'>>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    deletedAt: instant('deleted_at'),
    revision: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [index('items_revision').on(table.revision)],
);

/** Numbers that are counted up under a row lock. */
export const counters = pgTable('counters', { name: text().primaryKey(), value: bigint({ mode: 'number' }).notNull() });

/** Encoders that have vectors. Heads that share an encoder share its vectors. */
export const encoders = pgTable(
  'encoders',
  {
    id: smallint().primaryKey().generatedAlwaysAsIdentity(),
    fingerprint: text().notNull(),
    dimension: integer().notNull(),
    servedAt: instant('served_at').notNull(),
  },
  (table) => [uniqueIndex('encoders_fingerprint').on(table.fingerprint)],
);

/** Vectors of items' texts, each of one encoder. */
export const itemVectors = pgTable(
  'item_vectors',
  {
    encoderId: smallint('encoder_id')
      .notNull()
      .references(() => encoders.id, { onDelete: 'cascade' }),
    itemId: text('item_id')
      .notNull()
      .references(() => items.id, { onDelete: 'cascade' }),
    embedding: anyVector().notNull(),
  },
  (table) => [primaryKey({ columns: [table.encoderId, table.itemId] }), index('item_vectors_item').on(table.itemId)],
);

/** What people did, appended to alone but for the deletion of a person. */
export const events = pgTable(
  'events',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    transaction: transaction(),
    id: text().notNull(),
    userId: text('user_id').notNull(),
    itemId: text('item_id').notNull(),
    type: text().$type<BehaviourType>().notNull(),
    at: instant('at').notNull(),
    value: doublePrecision(),
    impressionId: text('impression_id'),
    receivedAt: instant('received_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('events_id').on(table.id),
    index('events_committed').on(table.transaction, table.sequence),
    index('events_user').on(table.userId, table.at.desc(), table.sequence.desc()),
    index('events_impression')
      .on(table.impressionId)
      .where(sql`impression_id is not null`),
  ],
);

/**
 * Events of people who were deleted, without the people: by them every instance takes back what it had counted, and knows one that
 * comes again.
 */
export const forgottenEvents = pgTable(
  'forgotten_events',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    transaction: transaction(),
    itemId: text('item_id').notNull(),
    type: text().$type<BehaviourType>().notNull(),
    at: instant('at').notNull(),
    value: doublePrecision(),
    forgottenAt: instant('forgotten_at').notNull().defaultNow(),
    /** SHA-256 of the event's id, in Base64: an id may be made of a person's name. */
    idHash: text('id_hash').notNull().default(''),
    /** Where the event stood among those that were recorded; null of events that were deleted before this was kept. */
    eventTransaction: xid8('event_transaction'),
    eventSequence: bigint('event_sequence', { mode: 'number' }),
  },
  (table) => [
    index('forgotten_events_committed').on(table.transaction, table.sequence),
    index('forgotten_events_id').on(table.idHash),
    index('forgotten_events_recorded').on(table.eventTransaction, table.eventSequence),
  ],
);

/** An item of a list as it was shown, with what scoring saw of it. */
export interface ShownItem {
  readonly item: string;
  readonly score: number;
  readonly probability: number;
  readonly explored: boolean;
  /** In the order of `FEATURES`. */
  readonly features: readonly number[];
}

/** Lists that were shown. */
export const impressions = pgTable(
  'impressions',
  {
    id: text().primaryKey(),
    userId: text('user_id'),
    session: jsonb().$type<readonly string[]>().notNull(),
    at: instant('at').notNull(),
    basis: text().$type<RecommendationBasis>().notNull(),
    arm: text().$type<Arm>().notNull(),
    modelVersion: text('model_version').notNull(),
    placement: text(),
    shown: jsonb().$type<readonly ShownItem[]>().notNull(),
  },
  (table) => [index('impressions_user').on(table.userId), index('impressions_at').on(table.at)],
);
