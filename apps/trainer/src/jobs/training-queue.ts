import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingJob } from '@attune/contracts';
import { PolledChanges, type Logger } from '@attune/service-kit';
import type { Database, DatabaseSession } from '@attune/storage';
import { NO_PROGRESS } from './progress-line';
import { SavedProgress } from './saved-progress';
import { endStrayTraining } from './training-process';
import { TrainingRun, type TrainingParts } from './training-run';

/** Milliseconds between two looks at the queue, for what other instances changed. */
const POLL = 1_000;
/** Milliseconds between two tries to write down how a training ended. */
const AGAIN = 1_000;
/** Of several instances that share a database one trains: the one that holds this lock. */
const LOCK = 'attune:trainer';

/** Runs the jobs of the database in their order, some at a time, and goes on with those that an end of the service interrupted. */
export class TrainingQueue {
  private readonly rounds: PolledChanges;
  private readonly running = new Map<string, { run: TrainingRun; ended: Promise<void> }>();
  private session: DatabaseSession | undefined;
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly parts: TrainingParts,
    private readonly slots: number,
    private readonly logger: Logger,
  ) {
    this.rounds = new PolledChanges(
      () => this.round(),
      (err) => logger.warn({ err }, 'the queue of trainings cannot be read'),
    );
  }

  start(): Promise<void> {
    return this.rounds.start(POLL);
  }

  /** Looks at the queue now. */
  wake(): void {
    if (this.stopping) return;
    this.rounds.refresh().catch((err: unknown) => this.logger.warn({ err }, 'the queue of trainings cannot be read'));
  }

  /** Begins no further training, ends those that run so that they can go on later, and waits for them. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.stopping = true;
    this.rounds.stop();
    await this.rounds.refresh().catch(() => undefined);
    for (const { run } of this.running.values()) run.interrupt(this.parts.patience);
    const late = new Promise((resolve) => deadline.addEventListener('abort', resolve, { once: true }));
    await Promise.race([this.allEnded(), late]);
    await this.session?.close();
  }

  private async allEnded(): Promise<void> {
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  private async round(): Promise<void> {
    if (this.stopping || !(await this.lead())) return;
    for (const id of await this.parts.jobs.cancelling()) this.running.get(id)?.run.cancel();
    while (this.running.size < this.slots && !this.isStopping()) {
      const job = await this.parts.jobs.claim();
      if (job === undefined) return;
      this.begin(job);
    }
  }

  /** It may change while something is waited for. */
  private isStopping(): boolean {
    return this.stopping;
  }

  /** Whether this instance is the one that trains; the first time, what another left behind is put in order. */
  private async lead(): Promise<boolean> {
    if (this.session?.isOpen === true) return true;
    // What ran under a lock that was lost ends first.
    for (const { run } of this.running.values()) run.interrupt(this.parts.patience);
    await this.allEnded();
    const session = await this.database.openSession();
    try {
      if (!(await session.tryLock(LOCK))) {
        await session.close();
        return false;
      }
      for (const job of await this.parts.jobs.running()) {
        await endStrayTraining(this.parts.files.job(job.id));
        await this.parts.jobs.recover(job);
        this.logger.info({ job: job.id, attempts: job.attempts }, 'a training was interrupted when the service ended');
      }
    } catch (error) {
      await session.close();
      throw error;
    }
    this.session = session;
    void session.ended.then(() => this.wake());
    return true;
  }

  private begin(job: TrainingJob): void {
    const run = new TrainingRun(job, this.parts);
    const ended = this.follow(run).finally(() => {
      this.running.delete(job.id);
      this.wake();
    });
    this.running.set(job.id, { run, ended });
    this.logger.info({ job: job.id, head: job.head, version: job.version, attempt: job.attempts }, 'a training begins');
  }

  private async follow(run: TrainingRun): Promise<void> {
    const { jobs } = this.parts;
    const { job } = run;
    const progress = new SavedProgress(
      { ...NO_PROGRESS, ...job.progress, phase: NO_PROGRESS.phase },
      (state) => jobs.saveProgress(job.id, state),
      (err) => this.logger.warn({ err, job: job.id }, 'the progress of a training was not written'),
    );
    const end = await run.run((line) => progress.take(line));
    await progress.flush();
    this.logger.info({ job: job.id, status: end?.status ?? 'interrupted' }, 'a training ended');
    await this.untilWritten(() => (end === undefined ? jobs.putBack(job.id) : jobs.finish(job, end)));
  }

  /** A database that is away must not leave a job that runs for ever. At a shutdown the next start puts it in order. */
  private async untilWritten(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (err) {
        this.logger.warn({ err }, 'how a training ended was not written');
        if (this.stopping) return;
        await sleep(AGAIN);
      }
    }
  }
}
