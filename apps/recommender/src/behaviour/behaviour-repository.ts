import { createHash } from 'node:crypto';
import type { Behaviour, BehaviourType } from '@attune/contracts';
import type { Interaction } from '@attune/ranking';
import {
  comparePositions,
  insertRows,
  isCommitted,
  latestPosition,
  readCommitted,
  statement,
  type AppendOnlyTable,
  type CommittedPosition,
  type CommittedRow,
  type Database,
  type ReadCommittedOptions,
  type Transaction,
} from '@attune/storage';
import { eq, sql } from 'drizzle-orm';
import { events, forgottenEvents } from '../database/schema';

/** What a person did, as the database keeps it. */
export interface RecordedEvent {
  readonly itemId: string;
  readonly type: BehaviourType;
  readonly at: Date;
  readonly value: number | null;
}

/** Events that were committed after a position, and the position of the last of them. */
export interface CommittedEvents {
  readonly position: CommittedPosition | undefined;
  readonly rows: readonly RecordedEvent[];
}

/** Events of one type with an item, those that spoke for it and those that spoke against it apart. */
export interface BehaviourTotal {
  readonly itemId: string;
  readonly type: BehaviourType;
  /** Sum of their values, 1 where an event has none, and the same, decayed. */
  readonly total: number;
  readonly decayed: number;
}

/** All that is committed, added up, and from where to go on. */
export interface BehaviourTotals {
  readonly rows: readonly BehaviourTotal[];
  readonly recordedTo: CommittedPosition | undefined;
  readonly forgottenTo: CommittedPosition | undefined;
}

const EVENTS: AppendOnlyTable<typeof events> = { table: events, transactionId: events.transaction, sequence: events.sequence };
const FORGOTTEN: AppendOnlyTable<typeof forgottenEvents> = {
  table: forgottenEvents,
  transactionId: forgottenEvents.transaction,
  sequence: forgottenEvents.sequence,
};

/** The same rows in the places of the events that they were. */
const DELETED: AppendOnlyTable<typeof forgottenEvents> = {
  table: forgottenEvents,
  transactionId: forgottenEvents.eventTransaction,
  sequence: forgottenEvents.eventSequence,
};

/** Reads that belong together see the same rows. */
const ONE_LOOK = { isolation: 'repeatable read', readOnly: true } as const;

const DAY_SECONDS = 24 * 60 * 60;
/** Multiples of the decay from which on PostgreSQL would call e to their negative too small for a number. */
const MOST_AGE = 700;

/** Of the column `id` in hand. */
const HASHED_ID = sql.raw(`encode(sha256(convert_to(id, 'UTF8')), 'base64')`);

interface HistoryRow {
  readonly item: string;
  readonly type: BehaviourType;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: number | null;
}

/** Asked for with every list. */
const HISTORY = statement(`select item_id as item, type, (extract(epoch from at) * 1000)::float8 as at, value
  from events where user_id = $1 order by events.at desc, sequence desc limit $2`);

/** However much somebody did, no more of it is looked at for a list. */
const SEEN = statement(`select item_id as item
  from (select item_id, type from events where user_id = $1 order by at desc, sequence desc limit 20000) as latest
  group by item_id having count(*) filter (where type <> 'viewed') > 0 or count(*) >= $2`);

/** What people did, in the database. */
export class BehaviourRepository {
  constructor(private readonly database: Database) {}

  /** Writes events down; one that came before has no effect, nor has one that was deleted with its user. @returns how many were new */
  async record(given: readonly Behaviour[]): Promise<number> {
    const rows = given.map((event) => ({
      id: idOf(event),
      userId: event.user,
      itemId: event.item,
      type: event.type,
      at: new Date(event.at),
      value: event.value ?? null,
      impressionId: event.impressionId ?? null,
    }));
    // In one order everywhere, so that two requests with the same events wait for each other instead of deadlocking.
    rows.sort((one, other) => (one.id < other.id ? -1 : Number(one.id > other.id)));
    const written = await this.database.query((orm) =>
      insertRows<typeof events, { sequence: string }>(
        orm,
        events,
        rows,
        sql`where not exists (select from forgotten_events f where f.id_hash = ${HASHED_ID}) on conflict (id) do nothing returning sequence`,
      ),
    );
    return written.length;
  }

  /** What a user did last, the latest first, at most so many events. */
  async historyOf(userId: string, limit: number): Promise<Interaction[]> {
    const rows = await this.database.run<HistoryRow>(HISTORY, [userId, limit]);
    return rows.map(({ value, ...event }) => (value === null ? event : { ...event, value }));
  }

  /** Items that a user viewed so often, or with which the user did anything else, by the user's latest 20,000 events. */
  async seenBy(userId: string, afterViews: number): Promise<Set<string>> {
    const rows = await this.database.run<{ item: string }>(SEEN, [userId, afterViews]);
    return new Set(rows.map(({ item }) => item));
  }

  /** How many events of each type a user has, and when the last one was. */
  async countsOf(userId: string): Promise<{ type: BehaviourType; count: number; lastAt: Date }[]> {
    const rows = await this.database.query((orm) =>
      orm
        .select({ type: events.type, count: sql<string>`count(*)`, lastAt: sql<string>`max(${events.at})` })
        .from(events)
        .where(eq(events.userId, userId))
        .groupBy(events.type),
    );
    return rows.map(({ type, count, lastAt }) => ({ type, count: Number(count), lastAt: new Date(lastAt) }));
  }

  /**
   * Deletes what a user did, at most so many events; what is left of it, without the user, tells every instance what to take back.
   *
   * @returns events deleted
   */
  async forget(tx: Transaction, userId: string, limit: number): Promise<number> {
    const { rows } = await tx.execute<{ count: string }>(sql`with gone as (
        delete from events where sequence = any(array(select sequence from events where user_id = ${userId} limit ${limit}))
        returning id, item_id, type, at, value, transaction, sequence
      ), kept as (
        insert into forgotten_events (item_id, type, at, value, id_hash, event_transaction, event_sequence)
        select item_id, type, at, value, ${HASHED_ID}, transaction, sequence from gone returning 1
      ) select count(*)::text as count from kept`);
    return Number(rows[0]?.count ?? 0);
  }

  /**
   * What was done after a time, added up by the database: however many events there are, a process that starts reads no more than a few rows an
   * item. What was deleted counts as long as `forgottenSince` has still to tell of it.
   *
   * @param days after which an event counts 1/e in the decayed sums
   * @param reference time to which these are decayed
   */
  async totalsSince(from: Date, days: number, reference: Date): Promise<BehaviourTotals> {
    const value = sql`coalesce(value, 1)`;
    const age = sql`extract(epoch from ${reference.toISOString()}::timestamptz - at)::float8 / ${days * DAY_SECONDS}::float8`;
    return this.database.transaction(async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', '0', true)`);
      const recordedTo = latest(await latestPosition(tx, EVENTS), await latestPosition(tx, DELETED));
      const forgottenTo = await latestPosition(tx, FORGOTTEN);
      const { rows } = await tx.execute<BehaviourTotal & Record<string, unknown>>(sql`select item_id as "itemId", type,
          sum(${value})::float8 as total, sum(${value} * exp(-least(${age}, ${MOST_AGE}::float8))) as decayed
        from (
          select item_id, type, at, value from events where ${isCommitted(EVENTS)}
          union all select item_id, type, at, value from forgotten_events where ${isCommitted(DELETED)} and not ${isCommitted(FORGOTTEN)}
        ) as counted
        where at > ${from.toISOString()}::timestamptz group by item_id, type, ${value} < 0`);
      return { rows, recordedTo, forgottenTo };
    }, ONE_LOOK);
  }

  /**
   * Events after a position in the order of commits, those after a time alone: each once, whether its person was deleted since or not, so that
   * what `forgottenSince` tells of has been counted before.
   */
  recordedSince(after: CommittedPosition | undefined, from: Date, limit: number): Promise<CommittedEvents> {
    const options = optionsOf(after, from, limit);
    return this.database.transaction(async (tx) => {
      const found = [...(await readCommitted(tx, EVENTS, options)), ...(await readCommitted(tx, DELETED, options))];
      return committedEvents(found.sort((one, other) => comparePositions(one.position, other.position)).slice(0, limit));
    }, ONE_LOOK);
  }

  /** Events of people who were deleted, after a position in the order in which that was committed. */
  async forgottenSince(after: CommittedPosition | undefined, from: Date, limit: number): Promise<CommittedEvents> {
    return committedEvents(await this.database.query((orm) => readCommitted(orm, FORGOTTEN, optionsOf(after, from, limit))));
  }
}

function optionsOf(after: CommittedPosition | undefined, from: Date, limit: number): ReadCommittedOptions {
  // Both tables have a column of that name.
  return { limit, where: sql`at > ${from.toISOString()}::timestamptz`, ...(after === undefined ? {} : { after }) };
}

function committedEvents(found: readonly CommittedRow<RecordedEvent>[]): CommittedEvents {
  return { position: found.at(-1)?.position, rows: found.map(({ row }) => row) };
}

function latest(one: CommittedPosition | undefined, other: CommittedPosition | undefined): CommittedPosition | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return comparePositions(one, other) > 0 ? one : other;
}

/** An event without an id of its own is known by what it says. */
function idOf({ id, user, item, type, at }: Behaviour): string {
  if (id !== undefined) return id;
  const content = JSON.stringify([user, item, type, Date.parse(at)]);
  return `#${createHash('sha256').update(content).digest('base64url').slice(0, 32)}`;
}

/** An event as scoring reads it. */
export function toInteraction({ itemId, type, at, value }: RecordedEvent): Interaction {
  return { item: itemId, type, at: at.getTime(), ...(value === null ? {} : { value }) };
}
