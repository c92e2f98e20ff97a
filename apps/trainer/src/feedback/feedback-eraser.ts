import { AttuneError, type ModelStore, type StoredVersion } from '@attune/artifact';
import type { FeedbackErasure } from '@attune/contracts';
import type { Database, Transaction } from '@attune/storage';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { writeAudit } from '../audit/audit-repository';
import { feedbackOrigins, feedbackRows, trainingJobs, trainingSets } from '../database/schema';
import type { HeadTemplates } from '../heads/head-templates';
import { lockTrainingSets, remainingRows, setsWith } from '../training-sets/training-set-repository';
import type { TrainingSetFiles } from '../training-sets/training-set-files';
import { versionsThatLearnt } from './versions-that-learnt';
import { rowColumns } from './head-columns';

/** Deletes what a person gave. */
export class FeedbackEraser {
  constructor(
    private readonly database: Database,
    private readonly heads: HeadTemplates,
    private readonly files: TrainingSetFiles,
    private readonly store: ModelStore,
  ) {}

  /**
   * Deletes a person's rows, from training sets and their files, too; a row that somebody else gave as well only loses the name.
   *
   * @returns which training sets had them, and which versions learnt from them
   * @throws AttuneError `not-found` for the head, `conflict` while an update learns from them
   */
  async erase(head: string, subject: string, actor: string): Promise<FeedbackErasure> {
    const columns = rowColumns(this.heads.get(head));
    const stored = await this.store.list(head);
    return this.database.transaction(async (tx) => {
      await lockTrainingSets(tx, head);
      const ids = await forget(tx, head, subject);
      const sets = await setsWith(tx, head, ids);
      const numbers = [...new Set(sets.map(({ number }) => number))];
      await refuseWhileLearning(tx, head, numbers);
      const learnt = await learntFrom(
        tx,
        head,
        sets.filter(({ recent }) => !recent).map(({ number }) => number),
        stored,
      );
      if (ids.length > 0) await tx.delete(feedbackRows).where(inArray(feedbackRows.id, ids));
      for (const { number, recent, rows } of sets) {
        await tx
          .update(trainingSets)
          .set({ erased: sql`${trainingSets.erased} + ${rows}` })
          .where(and(eq(trainingSets.head, head), eq(trainingSets.number, number)));
        // Before the commit: where that fails the file lacks rows, and is deleted from again.
        const part = recent ? 'recent' : 'train';
        if (columns !== undefined) await this.files.write({ head, number, part }, columns, await remainingRows(tx, head, number, recent));
      }
      const details = {
        rows: ids.length,
        trainingSets: numbers.join(', '),
        versions: learnt.map(({ version }) => version).join(', '),
      };
      // Whose rows they were is not written down: that would keep what was to go.
      await writeAudit(tx, { actor, action: 'feedback.erased', subject: head, head, details });
      return { rows: ids.length, trainingSets: numbers, versions: learnt };
    });
  }
}

/** Takes a person's name from all rows. @returns those that nobody else gave */
async function forget(tx: Transaction, head: string, subject: string): Promise<string[]> {
  const own = sql`${feedbackOrigins.rowId} in (select ${feedbackRows.id} from ${feedbackRows} where ${feedbackRows.head} = ${head})`;
  const gone = await tx
    .delete(feedbackOrigins)
    .where(and(eq(feedbackOrigins.subject, subject), own))
    .returning({ rowId: feedbackOrigins.rowId });
  const ids = [...new Set(gone.map(({ rowId }) => rowId))];
  if (ids.length === 0) return [];
  const kept = await tx.select({ rowId: feedbackOrigins.rowId }).from(feedbackOrigins).where(inArray(feedbackOrigins.rowId, ids));
  const others = new Set(kept.map(({ rowId }) => rowId));
  return ids.filter((id) => !others.has(id));
}

/** What an update reads now would come back with its version. */
async function refuseWhileLearning(tx: Transaction, head: string, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  const set = sql<number>`(${trainingJobs.input} ->> 'trainingSet')::int`;
  const [job] = await tx
    .select({ id: trainingJobs.id })
    .from(trainingJobs)
    .where(
      and(
        eq(trainingJobs.head, head),
        eq(trainingJobs.kind, 'update'),
        inArray(trainingJobs.status, ['queued', 'running']),
        inArray(set, [...numbers]),
      ),
    )
    .limit(1);
  if (job === undefined) return;
  throw new AttuneError('conflict', `The update ${job.id} learns from them now.`, { remedy: 'Wait for its end, or cancel it.' });
}

async function learntFrom(
  tx: Transaction,
  head: string,
  numbers: readonly number[],
  stored: readonly StoredVersion[],
): Promise<FeedbackErasure['versions']> {
  if (numbers.length === 0) return [];
  const hashes = await tx
    .select({ sha256: trainingSets.sha256 })
    .from(trainingSets)
    .where(and(eq(trainingSets.head, head), inArray(trainingSets.number, [...numbers])));
  return versionsThatLearnt(
    stored,
    hashes.map(({ sha256 }) => sha256),
  );
}
