import { AttuneError } from '@attune/artifact';
import type { Dataset, datasetsQuerySchema } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database, Transaction } from '@attune/storage';
import { and, desc, eq, inArray, lt, or, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { writeAudit } from '../audit/audit-repository';
import { placeSchema } from '../database/place';
import { datasets, trainingJobs, updateSettings } from '../database/schema';

type DatasetRow = typeof datasets.$inferSelect;

/** What is known of the data sets. */
export class DatasetRepository {
  constructor(private readonly database: Database) {}

  async create(dataset: Omit<Dataset, 'createdAt'>): Promise<Dataset> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx
        .insert(datasets)
        .values({ ...dataset, createdAt: new Date() })
        .returning();
      const { id, createdBy: actor, name, rows, bytes, sha256 } = dataset;
      await writeAudit(tx, { actor, action: 'dataset.created', subject: id, details: { name, rows, bytes, sha256 } });
      return toDataset(row);
    });
  }

  /** The newest first. */
  async list({ cursor, limit }: z.infer<typeof datasetsQuerySchema>): Promise<Page<Dataset>> {
    const before = decodeCursor(cursor, placeSchema)?.before;
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(datasets)
        .where(before === undefined ? undefined : lt(datasets.sequence, before))
        .orderBy(desc(datasets.sequence))
        .limit(limit + 1),
    );
    const page = pageOf(rows, limit, ({ sequence }) => ({ before: String(sequence) }));
    return { ...page, items: page.items.map(toDataset) };
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<Dataset> {
    const [row] = await this.database.query((orm) => orm.select().from(datasets).where(eq(datasets.id, id)));
    return toDataset(found(row, id));
  }

  /** Those of several that are there. */
  async find(ids: readonly string[]): Promise<Dataset[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query((orm) =>
      orm
        .select()
        .from(datasets)
        .where(inArray(datasets.id, [...ids])),
    );
    return rows.map(toDataset);
  }

  /**
   * @returns what was deleted
   * @throws AttuneError `not-found`; `conflict` while a training needs it
   */
  async delete(id: string, actor: string): Promise<Dataset> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.select().from(datasets).where(eq(datasets.id, id)).for('update');
      const dataset = toDataset(found(row, id));
      const uses = [
        ...['dataset', 'test', 'items', 'golden'].map((role) => sql`${trainingJobs.input} ->> ${role} = ${id}`),
        sql`${trainingJobs.input} -> 'replay' @> ${JSON.stringify([id])}::jsonb`,
      ];
      const [job] = await tx
        .select({ id: trainingJobs.id })
        .from(trainingJobs)
        .where(and(inArray(trainingJobs.status, ['queued', 'running']), or(...uses)))
        .limit(1);
      if (job !== undefined) {
        throw new AttuneError('conflict', `The job ${job.id} needs the data set ${id}.`, { remedy: 'Wait for its end, or cancel it.' });
      }
      await refuseWhileSet(tx, id);
      await tx.delete(datasets).where(eq(datasets.id, id));
      await writeAudit(tx, { actor, action: 'dataset.deleted', subject: id, details: { name: dataset.name, sha256: dataset.sha256 } });
      return dataset;
    });
  }
}

/** @throws AttuneError `conflict` where the updates of a head are to go by it */
async function refuseWhileSet(tx: Transaction, id: string): Promise<void> {
  const { settings, head } = updateSettings;
  const named = or(sql`${settings} ->> 'golden' = ${id}`, sql`${settings} -> 'replay' @> ${JSON.stringify([id])}::jsonb`);
  const [row] = await tx.select({ head }).from(updateSettings).where(named).limit(1);
  if (row === undefined) return;
  throw new AttuneError('conflict', `The updates of ${row.head} go by the data set ${id}.`, {
    remedy: `Name another one with PUT /v1/heads/${row.head}/update-settings.`,
  });
}

/** Data sets that must be there until a transaction has ended; a missing one has no entry. */
export async function holdDatasets(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Dataset>> {
  const rows = await tx
    .select()
    .from(datasets)
    .where(inArray(datasets.id, [...ids]))
    .for('share');
  return new Map(rows.map((row) => [row.id, toDataset(row)]));
}

function found(row: DatasetRow | undefined, id: string): DatasetRow {
  if (row !== undefined) return row;
  throw new AttuneError('not-found', `There is no data set ${id}.`, { remedy: 'List them with GET /v1/datasets.' });
}

function toDataset({ sequence: _sequence, createdAt, ...row }: DatasetRow): Dataset {
  return { ...row, createdAt: createdAt.toISOString() };
}
