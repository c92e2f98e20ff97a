import { randomUUID } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { FeedbackRow, FeedbackRowInput, feedbackReviewSchema, feedbackRowsQuerySchema } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database, Queryable, Transaction } from '@attune/storage';
import { and, asc, desc, eq, inArray, lt, ne, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import { writeAudit } from '../audit/audit-repository';
import { placeSchema } from '../database/place';
import { feedbackOrigins, feedbackRows } from '../database/schema';
import { contentKey, labelKey } from './feedback-key';

type StoredRow = typeof feedbackRows.$inferSelect;
type StoredOrigin = typeof feedbackOrigins.$inferSelect;

/** Rows that come in together. */
export interface ReceivedRows {
  readonly head: string;
  readonly actor: string;
  /** Of rows that do not say theirs. */
  readonly source: string;
  readonly rows: readonly FeedbackRowInput[];
}

/** What became of them. */
export interface Receipt {
  readonly added: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

/** Corrections in the database. */
export class FeedbackRepository {
  constructor(private readonly database: Database) {}

  /** Writes down rows that are not there yet, and of those that are, who else gave them. */
  async receive({ head, actor, source, rows }: ReceivedRows): Promise<Receipt> {
    const now = new Date();
    const keyed = rows.map((row) => ({ row, key: contentKey(row), labelKey: labelKey(row.label) }));
    const contents = new Map(keyed.map((entry) => [`${entry.key} ${entry.labelKey}`, entry]));
    return this.database.transaction(async (tx) => {
      const added = await tx
        .insert(feedbackRows)
        .values(
          [...contents.values()].map(({ row, ...keys }) => {
            const { text, pair = null, label } = row;
            return { id: randomUUID(), head, ...keys, text, pair, label, receivedAt: now };
          }),
        )
        .onConflictDoNothing()
        .returning({ id: feedbackRows.id });
      const stored = await tx.select().from(feedbackRows).where(contentOf(head, keyed));
      const ids = new Map(stored.map((row) => [`${row.key} ${row.labelKey}`, row.id]));
      const origins = keyed.flatMap(({ row, ...keys }) => {
        const rowId = ids.get(`${keys.key} ${keys.labelKey}`);
        if (rowId === undefined) return [];
        const at = row.at === undefined ? now : new Date(row.at);
        return [{ rowId, source: row.source ?? source, subject: row.subject ?? null, at, receivedBy: actor }];
      });
      if (origins.length > 0) await tx.insert(feedbackOrigins).values(origins).onConflictDoNothing();
      const isNew = new Set(added.map(({ id }) => id));
      const conflicts = (await withOthers(tx, stored)).filter((row) => isNew.has(row.id) && row.conflicts.length > 0).length;
      const receipt = { added: added.length, duplicates: rows.length - added.length, conflicts };
      await writeAudit(tx, { actor, action: 'feedback.received', subject: head, head, details: { ...receipt, source } });
      return receipt;
    });
  }

  /** The newest first. */
  async list(head: string, { cursor, limit, state, subject }: z.infer<typeof feedbackRowsQuerySchema>): Promise<Page<FeedbackRow>> {
    const before = decodeCursor(cursor, placeSchema)?.before;
    const given =
      subject === undefined
        ? undefined
        : inArray(
            feedbackRows.id,
            sql`(select ${feedbackOrigins.rowId} from ${feedbackOrigins} where ${feedbackOrigins.subject} = ${subject})`,
          );
    const where = and(
      eq(feedbackRows.head, head),
      state === undefined ? undefined : eq(feedbackRows.state, state),
      before === undefined ? undefined : lt(feedbackRows.sequence, before),
      given,
    );
    return this.database.query(async (orm) => {
      const rows = await orm
        .select()
        .from(feedbackRows)
        .where(where)
        .orderBy(desc(feedbackRows.sequence))
        .limit(limit + 1);
      const page = pageOf(rows, limit, ({ sequence }) => ({ before: String(sequence) }));
      return { ...page, items: await withOthers(orm, page.items) };
    });
  }

  /**
   * Approves or rejects rows, all or none; what was decided before is decided anew.
   *
   * @throws AttuneError `not-found`; `conflict` where a text would have two approved labels
   */
  async review(head: string, { ids, state }: z.infer<typeof feedbackReviewSchema>, actor: string): Promise<FeedbackRow[]> {
    const wanted = [...new Set(ids)];
    return this.database.transaction(async (tx) => {
      const own = and(eq(feedbackRows.head, head), inArray(feedbackRows.id, wanted));
      const found = await tx.select().from(feedbackRows).where(own).orderBy(asc(feedbackRows.id)).for('update');
      const missing = wanted.find((id) => !found.some((row) => row.id === id));
      if (missing !== undefined) throw noRow(missing);
      const changed = found.filter((row) => row.state !== state).map(({ id }) => id);
      if (changed.length > 0) {
        await tx.update(feedbackRows).set({ state, decidedAt: new Date(), decidedBy: actor }).where(inArray(feedbackRows.id, changed));
        const subject = changed.length === 1 ? changed[0] : head;
        await writeAudit(tx, { actor, action: `feedback.${state}`, subject, head, details: { rows: changed.length } });
      }
      const reviewed = await withOthers(tx, await tx.select().from(feedbackRows).where(own).orderBy(desc(feedbackRows.sequence)));
      const twice = reviewed.find((row) => row.state === 'approved' && row.conflicts.some((other) => other.state === 'approved'));
      if (twice !== undefined) {
        const [other] = twice.conflicts.filter((one) => one.state === 'approved');
        throw new AttuneError('conflict', `The text of ${twice.id} is approved with another label, by the row ${other.id}.`, {
          remedy: 'Reject one of the two.',
        });
      }
      return reviewed;
    });
  }

  /** Texts that came last, of whatever state. */
  async newestTexts(head: string, limit: number): Promise<{ text: string; pair: string | null }[]> {
    return this.database.query((orm) =>
      orm
        .select({ text: feedbackRows.text, pair: feedbackRows.pair })
        .from(feedbackRows)
        .where(eq(feedbackRows.head, head))
        .orderBy(desc(feedbackRows.sequence))
        .limit(limit),
    );
  }
}

function contentOf(head: string, keys: readonly { key: string }[]): SQL | undefined {
  return and(eq(feedbackRows.head, head), inArray(feedbackRows.key, [...new Set(keys.map(({ key }) => key))]));
}

/** Rows with who gave them, and those that contradict them. */
async function withOthers(orm: Queryable | Transaction, rows: readonly StoredRow[]): Promise<FeedbackRow[]> {
  if (rows.length === 0) return [];
  const [{ head }] = rows;
  const ids = rows.map(({ id }) => id);
  const origins = await orm
    .select()
    .from(feedbackOrigins)
    .where(inArray(feedbackOrigins.rowId, ids))
    .orderBy(asc(feedbackOrigins.sequence));
  const standing = await orm
    .select()
    .from(feedbackRows)
    .where(and(contentOf(head, rows), ne(feedbackRows.state, 'rejected')))
    .orderBy(asc(feedbackRows.sequence));
  return rows.map((row) => toFeedbackRow(row, origins, standing));
}

function toFeedbackRow(row: StoredRow, origins: readonly StoredOrigin[], standing: readonly StoredRow[]): FeedbackRow {
  const { sequence: _sequence, key, labelKey: ownLabel, pair, receivedAt, decidedAt, decidedBy, ...rest } = row;
  const others = standing.filter((other) => other.key === key && other.labelKey !== ownLabel);
  return {
    ...rest,
    ...(pair === null ? {} : { pair }),
    origins: origins
      .filter(({ rowId }) => rowId === row.id)
      .map(({ source, subject, at, receivedBy }) => ({
        source,
        ...(subject === null ? {} : { subject }),
        at: at.toISOString(),
        receivedBy,
      })),
    conflicts: row.state === 'rejected' ? [] : others.map(({ id, label, state }) => ({ id, label, state })),
    receivedAt: receivedAt.toISOString(),
    ...(decidedAt === null ? {} : { decidedAt: decidedAt.toISOString() }),
    ...(decidedBy === null ? {} : { decidedBy }),
  };
}

function noRow(id: string): AttuneError {
  return new AttuneError('not-found', `There is no feedback ${id}.`, { remedy: 'List it with GET /v1/heads/{name}/feedback.' });
}
