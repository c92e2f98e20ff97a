import { AttuneError } from '@attune/artifact';
import type {
  AuditEntry,
  TrainingJob,
  TrainingProgress,
  trainingJobsQuerySchema,
  TrainJob,
  UpdateJob,
  UpdateVerdict,
} from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database, Queryable, Transaction } from '@attune/storage';
import { and, asc, desc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { z } from 'zod';
import { OWN_NAME, writeAudit } from '../audit/audit-repository';
import { placeSchema } from '../database/place';
import { trainingJobs } from '../database/schema';

type JobRow = typeof trainingJobs.$inferSelect;

/** A job and the number of its last change. */
export interface JobState {
  readonly job: TrainingJob;
  readonly revision: number;
}

/** What came of a training. */
export type JobEnd =
  | { status: 'succeeded'; metrics: NonNullable<TrainingJob['metrics']>; verdict?: UpdateVerdict }
  | { status: 'refused'; verdict: UpdateVerdict }
  | { status: 'failed'; failure: string }
  | { status: 'cancelled' };

/** A job that is to be. */
export type NewJob = { [Kind in TrainingJob['kind']]: Pick<Extract<TrainingJob, { kind: Kind }>, 'kind' | 'input'> }[TrainingJob['kind']] &
  Pick<TrainingJob, 'id' | 'head' | 'version' | 'createdBy'>;

/** What becomes of a job that a service which was killed had begun too often. */
const MOST_ATTEMPTS = 3;

const before = sql<number>`(select count(*)::int from training_jobs other where other.status = 'queued' and other.sequence < training_jobs.sequence)`;

/** Trainings in the database: the queue is the order of their sequence. */
export class JobRepository {
  constructor(private readonly database: Database) {}

  /** Puts a job at the end of the queue. @param hold runs first, and throws where it cannot be begun */
  async create(job: NewJob, hold: (tx: Transaction) => Promise<void>): Promise<TrainingJob> {
    return this.database.transaction(async (tx) => {
      await hold(tx);
      const { id, head, version, createdBy: actor } = job;
      await tx.insert(trainingJobs).values({ ...job, createdAt: new Date() });
      const learns: AuditEntry['details'] =
        job.kind === 'train' ? { dataset: job.input.dataset } : { kind: job.kind, trainingSet: job.input.trainingSet };
      await writeAudit(tx, { actor, action: 'job.created', subject: id, head, details: { version, ...learns } });
      return (await one(tx, id)).job;
    });
  }

  /** @throws AttuneError `not-found` */
  async get(id: string): Promise<JobState> {
    return this.database.query((orm) => one(orm, id));
  }

  /** The newest first. */
  async list({ cursor, limit, head, status, kind }: z.infer<typeof trainingJobsQuerySchema>): Promise<Page<TrainingJob>> {
    const place = decodeCursor(cursor, placeSchema)?.before;
    const where = and(
      place === undefined ? undefined : lt(trainingJobs.sequence, place),
      head === undefined ? undefined : eq(trainingJobs.head, head),
      status === undefined ? undefined : eq(trainingJobs.status, status),
      kind === undefined ? undefined : eq(trainingJobs.kind, kind),
    );
    const rows = await this.database.query((orm) => select(orm, where, desc(trainingJobs.sequence), limit + 1));
    const page = pageOf(rows, limit, ({ job }) => ({ before: String(job.sequence) }));
    return { ...page, items: page.items.map((row) => toState(row).job) };
  }

  /** The jobs that made versions of a head, by their names. */
  async makersOf(head: string, versions: readonly string[]): Promise<ReadonlyMap<string, TrainingJob>> {
    if (versions.length === 0) return new Map();
    const where = and(eq(trainingJobs.head, head), eq(trainingJobs.status, 'succeeded'), inArray(trainingJobs.version, [...versions]));
    const rows = await this.database.query((orm) => select(orm, where, asc(trainingJobs.sequence)));
    return new Map(rows.map((row) => [row.job.version, toState(row).job]));
  }

  /** Whether a job that has not ended is to make a version. */
  async reserves(tx: Transaction, head: string, version: string): Promise<boolean> {
    const where = and(eq(trainingJobs.head, head), eq(trainingJobs.version, version), inArray(trainingJobs.status, ['queued', 'running']));
    return (await tx.select({ id: trainingJobs.id }).from(trainingJobs).where(where).limit(1)).length > 0;
  }

  /** The update of a head that has not ended; undefined where there is none. Two of them at once wait for each other. */
  async waitingUpdate(tx: Transaction, head: string): Promise<string | undefined> {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`attune:update:${head}`}, 0))`);
    const where = and(eq(trainingJobs.head, head), eq(trainingJobs.kind, 'update'), inArray(trainingJobs.status, ['queued', 'running']));
    return (await tx.select({ id: trainingJobs.id }).from(trainingJobs).where(where).limit(1)).at(0)?.id;
  }

  /** The training set of the last update that came to an end of its own; undefined where there was none. */
  async lastTrainingSet(head: string): Promise<number | undefined> {
    const where = and(eq(trainingJobs.head, head), eq(trainingJobs.kind, 'update'), inArray(trainingJobs.status, ['succeeded', 'refused']));
    const rows = await this.database.query((orm) => select(orm, where, desc(trainingJobs.sequence), 1));
    const job = rows.map((row) => toState(row).job).at(0);
    return job?.kind === 'update' ? job.input.trainingSet : undefined;
  }

  /** Takes the first job of the queue; undefined where it is empty. */
  async claim(): Promise<TrainingJob | undefined> {
    return this.database.transaction(async (tx) => {
      const [first] = await tx
        .select({ id: trainingJobs.id })
        .from(trainingJobs)
        .where(eq(trainingJobs.status, 'queued'))
        .orderBy(asc(trainingJobs.sequence))
        .limit(1)
        .for('update');
      if (first === undefined) return undefined;
      await change(tx, eq(trainingJobs.id, first.id), {
        status: 'running',
        attempts: sql`${trainingJobs.attempts} + 1`,
        startedAt: sql`coalesce(${trainingJobs.startedAt}, now())`,
      });
      return (await one(tx, first.id)).job;
    });
  }

  async saveProgress(id: string, progress: TrainingProgress): Promise<void> {
    await this.database.query((orm) => change(orm, and(eq(trainingJobs.id, id), eq(trainingJobs.status, 'running')), { progress }));
  }

  /** Writes down how a running job ended. */
  async finish({ id, head, version }: TrainingJob, end: JobEnd): Promise<void> {
    await this.database.transaction(async (tx) => {
      const running = and(eq(trainingJobs.id, id), eq(trainingJobs.status, 'running'));
      const [changed] = await change(tx, running, { ...end, cancelling: false, finishedAt: new Date() });
      if (changed === undefined || end.status === 'cancelled') return;
      await writeAudit(tx, { actor: OWN_NAME, action: `job.${end.status}`, subject: id, head, details: { version, ...auditedEnd(end) } });
    });
  }

  /** Puts a running job back to its place in the queue: the service ends in order, and the attempt does not count. */
  async putBack(id: string): Promise<void> {
    await this.database.query((orm) =>
      change(orm, and(eq(trainingJobs.id, id), eq(trainingJobs.status, 'running')), {
        status: 'queued',
        attempts: sql`${trainingJobs.attempts} - 1`,
      }),
    );
  }

  /**
   * Asks a job to end: one that waits has ended with this.
   *
   * @throws AttuneError `not-found`, `conflict` where it has ended already
   */
  async cancel(id: string, actor: string): Promise<TrainingJob> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx.select().from(trainingJobs).where(eq(trainingJobs.id, id)).for('update');
      if (row === undefined) throw missing(id);
      if (row.finishedAt !== null) throw new AttuneError('conflict', `The job ${id} has ended: it ${ENDS[row.status]}.`);
      if (!row.cancelling) {
        const ended = row.status === 'queued' ? ({ status: 'cancelled', finishedAt: new Date() } as const) : { cancelling: true };
        await change(tx, eq(trainingJobs.id, id), ended);
        await writeAudit(tx, { actor, action: 'job.cancelled', subject: id, head: row.head, details: { version: row.version } });
      }
      return (await one(tx, id)).job;
    });
  }

  /** Ids of running jobs that were asked to end. */
  async cancelling(): Promise<string[]> {
    const where = and(eq(trainingJobs.status, 'running'), eq(trainingJobs.cancelling, true));
    return (await this.database.query((orm) => orm.select({ id: trainingJobs.id }).from(trainingJobs).where(where))).map(({ id }) => id);
  }

  /** Jobs that are said to run. */
  async running(): Promise<TrainingJob[]> {
    const rows = await this.database.query((orm) => select(orm, eq(trainingJobs.status, 'running'), asc(trainingJobs.sequence)));
    return rows.map((row) => toState(row).job);
  }

  /** Goes on with a job whose service was killed: it ends where it was cancelled or was begun too often, else it takes its place in the queue again. */
  async recover(job: TrainingJob): Promise<void> {
    if (job.cancelling) return this.finish(job, { status: 'cancelled' });
    if (job.attempts >= MOST_ATTEMPTS) {
      const failure = `The service was killed ${job.attempts} times while this ran. It may have needed more memory than there is: try a smaller batchSize or maxLength.`;
      return this.finish(job, { status: 'failed', failure });
    }
    await this.database.query((orm) =>
      change(orm, and(eq(trainingJobs.id, job.id), eq(trainingJobs.status, 'running')), { status: 'queued' }),
    );
  }
}

const ENDS = {
  queued: 'waits',
  running: 'runs',
  succeeded: 'succeeded',
  refused: 'was refused',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const satisfies Record<TrainingJob['status'], string>;

function auditedEnd(end: JobEnd): AuditEntry['details'] {
  if (end.status === 'failed') return { failure: end.failure };
  return 'verdict' in end && end.verdict !== undefined
    ? {
        serving: end.verdict.serving,
        outcome: end.verdict.outcome,
        ...(end.status === 'refused' && { reasons: end.verdict.reasons.join('\n') }),
      }
    : {};
}

type Changes = { [Column in keyof JobRow]?: JobRow[Column] | SQL };

function change(orm: Queryable, where: SQL | undefined, values: Changes) {
  return orm
    .update(trainingJobs)
    .set({ ...values, revision: sql`${trainingJobs.revision} + 1` })
    .where(where)
    .returning({ id: trainingJobs.id });
}

function select(orm: Queryable, where: SQL | undefined, order: SQL, limit = 10_000) {
  return orm.select({ job: trainingJobs, before }).from(trainingJobs).where(where).orderBy(order).limit(limit);
}

async function one(orm: Queryable, id: string): Promise<JobState> {
  const [row] = await select(orm, eq(trainingJobs.id, id), asc(trainingJobs.sequence), 1);
  if (row === undefined) throw missing(id);
  return toState(row);
}

function missing(id: string): AttuneError {
  return new AttuneError('not-found', `There is no job ${id}.`, { remedy: 'List them with GET /v1/jobs.' });
}

function toState({ job: row, before: waiting }: { job: JobRow; before: number }): JobState {
  const {
    sequence: _sequence,
    revision,
    kind,
    input,
    verdict,
    createdAt,
    startedAt,
    finishedAt,
    progress,
    metrics,
    failure,
    ...rest
  } = row;
  const common = {
    ...rest,
    ...(row.status === 'queued' ? { before: waiting } : {}),
    createdAt: createdAt.toISOString(),
    ...(startedAt === null ? {} : { startedAt: startedAt.toISOString() }),
    ...(finishedAt === null ? {} : { finishedAt: finishedAt.toISOString() }),
    ...(progress === null ? {} : { progress }),
    ...(metrics === null ? {} : { metrics }),
    ...(failure === null ? {} : { failure }),
  };
  // The column of the input is that of its kind.
  return kind === 'train'
    ? { revision, job: { kind, input: input as TrainJob['input'], ...common } }
    : { revision, job: { kind, input: input as UpdateJob['input'], ...common, ...(verdict === null ? {} : { verdict }) } };
}
