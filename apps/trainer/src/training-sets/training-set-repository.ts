import { AttuneError } from '@attune/artifact';
import type { TrainingSet, trainingSetsQuerySchema } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database, Queryable, Transaction } from '@attune/storage';
import { and, asc, count, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { writeAudit } from '../audit/audit-repository';
import { placeSchema } from '../database/place';
import { feedbackRows, trainingSetRows, trainingSets } from '../database/schema';
import { isKeptAside } from '../feedback/feedback-key';
import type { RowColumns } from '../feedback/head-columns';
import type { TrainingSetFiles } from './training-set-files';

type StoredSet = typeof trainingSets.$inferSelect;
export type SetRow = Pick<typeof feedbackRows.$inferSelect, 'id' | 'key' | 'text' | 'pair' | 'label'>;

/** The versions of training sets: what was approved when each was made. */
export class TrainingSetRepository {
  constructor(
    private readonly database: Database,
    private readonly files: TrainingSetFiles,
  ) {}

  /**
   * The training set of what is approved now: the last version where nothing was approved, taken back or deleted since, else a new one.
   *
   * @throws AttuneError `conflict` where nothing to learn from is approved
   */
  async ofNow(head: string, columns: RowColumns, actor: string): Promise<TrainingSet> {
    return this.database.transaction(async (tx) => {
      await lockTrainingSets(tx, head);
      const rows = await approvedRows(tx, head);
      const last = await lastSet(tx, head);
      const ids = new Set(last === undefined ? [] : await rowsOf(tx, last));
      const added = rows.filter(({ id }) => !ids.has(id)).length;
      const removed = ids.size - (rows.length - added);
      if (last?.erased === 0 && added === 0 && removed === 0) return toTrainingSet(last);
      return this.make(tx, { head, columns, actor, rows, last, added, removed });
    });
  }

  /** Rows that are approved, and not in a version of the training set; all of them where none is named. */
  async newRows(head: string, number: number | undefined): Promise<number> {
    const known = sql`(select ${trainingSetRows.rowId} from ${trainingSetRows}
      where ${trainingSetRows.head} = ${head} and ${trainingSetRows.number} = ${number ?? 0})`;
    const where = and(eq(feedbackRows.head, head), eq(feedbackRows.state, 'approved'), sql`${feedbackRows.id} not in ${known}`);
    const [{ rows }] = await this.database.query((orm) => orm.select({ rows: count() }).from(feedbackRows).where(where));
    return rows;
  }

  /** The newest first. */
  async list(head: string, { cursor, limit }: z.infer<typeof trainingSetsQuerySchema>): Promise<Page<TrainingSet>> {
    const before = decodeCursor(cursor, placeSchema)?.before;
    const where = and(eq(trainingSets.head, head), before === undefined ? undefined : lt(trainingSets.number, before));
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(trainingSets)
        .where(where)
        .orderBy(desc(trainingSets.number))
        .limit(limit + 1),
    );
    const page = pageOf(rows, limit, ({ number }) => ({ before: String(number) }));
    return { ...page, items: page.items.map(toTrainingSet) };
  }

  /** @throws AttuneError `not-found` */
  async get(head: string, number: number): Promise<TrainingSet> {
    const [row] = await this.database.query((orm) =>
      orm
        .select()
        .from(trainingSets)
        .where(and(eq(trainingSets.head, head), eq(trainingSets.number, number))),
    );
    if (row !== undefined) return toTrainingSet(row);
    throw new AttuneError('not-found', `${head} has no training set ${number}.`, {
      remedy: `List them with GET /v1/heads/${head}/training-sets.`,
    });
  }

  private async make(
    tx: Transaction,
    made: {
      head: string;
      columns: RowColumns;
      actor: string;
      rows: readonly SetRow[];
      last: StoredSet | undefined;
      added: number;
      removed: number;
    },
  ): Promise<TrainingSet> {
    const { head, columns, actor, rows, last, added, removed } = made;
    const train = rows.filter(({ key }) => !isKeptAside(key));
    if (train.length === 0) {
      throw new AttuneError('conflict', `There is nothing to learn from: no corrections of ${head} are approved.`, {
        remedy: `Approve some with POST /v1/heads/${head}/feedback/review.`,
      });
    }
    const number = (last?.number ?? 0) + 1;
    const recent = rows.filter(({ key }) => isKeptAside(key));
    // Outside of the transaction: what is lost with it is written over by the next of this number.
    const sha256 = await this.files.write({ head, number, part: 'train' }, columns, train);
    const recentSha256 = await this.files.write({ head, number, part: 'recent' }, columns, recent);
    const [written] = await tx
      .insert(trainingSets)
      .values({
        head,
        number,
        parent: last?.number ?? null,
        rows: train.length,
        recentRows: recent.length,
        added,
        removed,
        labels: labelCounts(train),
        sha256,
        recentSha256,
        createdAt: new Date(),
        createdBy: actor,
      })
      .returning();
    for (const [part, isRecent] of [
      [train, false],
      [recent, true],
    ] as const) {
      for (let start = 0; start < part.length; start += 1_000) {
        const chunk = part.slice(start, start + 1_000);
        await tx.insert(trainingSetRows).values(chunk.map(({ id }) => ({ head, number, rowId: id, recent: isRecent })));
      }
    }
    const details = { rows: train.length, recentRows: recent.length, added, removed, sha256 };
    await writeAudit(tx, { actor, action: 'training-set.created', subject: String(number), head, details });
    return toTrainingSet(written);
  }
}

/** One change of the training sets of a head at a time. */
export async function lockTrainingSets(tx: Transaction, head: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`attune:training-sets:${head}`}, 0))`);
}

/** The rows of a set that are still there, in the order of its files. */
export async function remainingRows(tx: Transaction, head: string, number: number, recent: boolean): Promise<SetRow[]> {
  const { id, key, text, pair, label } = feedbackRows;
  return tx
    .select({ id, key, text, pair, label })
    .from(feedbackRows)
    .innerJoin(trainingSetRows, eq(trainingSetRows.rowId, feedbackRows.id))
    .where(and(eq(trainingSetRows.head, head), eq(trainingSetRows.number, number), eq(trainingSetRows.recent, recent)))
    .orderBy(asc(feedbackRows.sequence));
}

/** Sets that have some of these rows. */
export async function setsWith(
  tx: Transaction,
  head: string,
  ids: readonly string[],
): Promise<{ number: number; recent: boolean; rows: number }[]> {
  if (ids.length === 0) return [];
  return tx
    .select({ number: trainingSetRows.number, recent: trainingSetRows.recent, rows: count() })
    .from(trainingSetRows)
    .where(and(eq(trainingSetRows.head, head), inArray(trainingSetRows.rowId, [...ids])))
    .groupBy(trainingSetRows.number, trainingSetRows.recent)
    .orderBy(asc(trainingSetRows.number));
}

async function approvedRows(tx: Transaction, head: string): Promise<SetRow[]> {
  const { id, key, text, pair, label } = feedbackRows;
  return tx
    .select({ id, key, text, pair, label })
    .from(feedbackRows)
    .where(and(eq(feedbackRows.head, head), eq(feedbackRows.state, 'approved')))
    .orderBy(asc(feedbackRows.sequence));
}

async function lastSet(orm: Queryable, head: string): Promise<StoredSet | undefined> {
  const [row] = await orm.select().from(trainingSets).where(eq(trainingSets.head, head)).orderBy(desc(trainingSets.number)).limit(1);
  return row;
}

async function rowsOf(tx: Transaction, { head, number }: StoredSet): Promise<string[]> {
  const where = and(eq(trainingSetRows.head, head), eq(trainingSetRows.number, number));
  return (await tx.select({ id: trainingSetRows.rowId }).from(trainingSetRows).where(where)).map(({ id }) => id);
}

function labelCounts(rows: readonly SetRow[]): TrainingSet['labels'] {
  const counts: Record<string, number> = {};
  for (const label of rows.flatMap((row) => row.label)) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

function toTrainingSet({ parent, createdAt, ...row }: StoredSet): TrainingSet {
  return { ...row, ...(parent === null ? {} : { parent }), createdAt: createdAt.toISOString() };
}
