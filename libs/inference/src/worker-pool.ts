import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AttuneError } from '@attune/artifact';
import type { SerializedError, TaskResult, WorkerReply, WorkerRequest, WorkerSetup, WorkerTask } from './worker-protocol';

/** A task is given to another worker this many times when the one that had it dies. */
const RETRIES = 1;

interface Job {
  task: WorkerTask;
  deaths: number;
  resolve: (result: TaskResult) => void;
  reject: (error: Error) => void;
}

/** One thread and the job it is at. */
interface Seat {
  worker: Worker;
  job: Job | undefined;
  ready: boolean;
}

/**
 * Worker threads, each with its own copy of the model, and the queue before them. A worker that dies is replaced, and
 * its task is tried once more; a task that kills two workers fails.
 */
export class WorkerPool {
  private readonly seats = new Set<Seat>();
  private readonly queue: Job[] = [];
  private nextId = 0;
  private closed = false;
  private outputNames: readonly string[] = [];

  private constructor(
    private readonly setup: WorkerSetup,
    readonly size: number,
    private readonly entry: string,
  ) {}

  /**
   * Starts the workers and waits until every one has loaded the model. Throws what a worker could not load.
   *
   * @param entry JavaScript file that a worker runs
   */
  static async start(setup: WorkerSetup, size: number, entry = join(__dirname, 'worker-entry.js')): Promise<WorkerPool> {
    const pool = new WorkerPool(setup, size, entry);
    try {
      await Promise.all(Array.from({ length: size }, () => pool.spawn()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /** Names of the model's outputs. */
  get outputs(): readonly string[] {
    return this.outputNames;
  }

  /** The workers' threads, for those who watch them. */
  get threadIds(): number[] {
    return [...this.seats].map(({ worker }) => worker.threadId);
  }

  /** Queues a task. Rejects with an `AttuneError` when it fails, when it kills two workers, and when the pool is closed before it ran. */
  run(texts: WorkerTask['texts'], output: string): Promise<TaskResult> {
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.queue.push({ task: { id: this.nextId++, texts, output }, deaths: 0, resolve, reject });
      this.dispatch();
    });
  }

  /** Refuses what waits, lets what runs end, and ends every thread. */
  async close(): Promise<void> {
    this.closed = true;
    for (const job of this.queue.splice(0)) job.reject(closedError());
    await Promise.all(
      [...this.seats].map(({ worker, ready }) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve));
        if (ready) worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
        else void worker.terminate();
        return ended;
      }),
    );
  }

  private spawn(): Promise<void> {
    const worker = new Worker(this.entry, { workerData: this.setup });
    const seat: Seat = { worker, job: undefined, ready: false };
    this.seats.add(seat);
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') {
          seat.ready = true;
          this.outputNames = reply.outputs;
          resolve();
          this.dispatch();
        } else if (reply.kind === 'failed' && reply.id === undefined) {
          failure = deserializeError(reply.error);
          void worker.terminate();
        } else this.finish(seat, reply);
      });
      worker.on('error', (error) => {
        failure = error;
      });
      worker.on('exit', (code) => {
        this.seats.delete(seat);
        reject(failure ?? diedError(code));
        this.buryJob(seat, failure, code);
      });
    });
  }

  private finish(seat: Seat, reply: Exclude<WorkerReply, { kind: 'ready' }>): void {
    const { job } = seat;
    seat.job = undefined;
    if (reply.kind === 'result') job?.resolve(reply.result);
    else job?.reject(deserializeError(reply.error));
    this.dispatch();
  }

  private dispatch(): void {
    for (const seat of this.seats) {
      if (!seat.ready || seat.job !== undefined) continue;
      const job = this.queue.shift();
      if (job === undefined) return;
      seat.job = job;
      seat.worker.postMessage({ kind: 'task', task: job.task } satisfies WorkerRequest);
    }
  }

  /** After a worker's end: its job goes back to the head of the queue, or fails; a new worker takes its seat. */
  private buryJob(seat: Seat, failure: Error | undefined, code: number): void {
    const { job } = seat;
    if (job !== undefined && (this.closed || job.deaths >= RETRIES)) job.reject(diedError(code, failure));
    else if (job !== undefined) this.queue.unshift({ ...job, deaths: job.deaths + 1 });
    if (this.closed || !seat.ready) return;
    this.spawn().catch((error: unknown) => {
      if (this.seats.size > 0) return;
      const cause = error instanceof Error ? error : diedError(code);
      for (const waiting of this.queue.splice(0)) waiting.reject(cause);
    });
  }
}

function deserializeError({ code, message, remedy }: SerializedError): AttuneError {
  return new AttuneError(code, message, remedy === undefined ? {} : { remedy });
}

function closedError(): AttuneError {
  return new AttuneError('interrupted', 'The model was closed before these texts were computed.');
}

function diedError(exitCode: number, cause?: Error): AttuneError {
  return new AttuneError('inference-failed', `A worker thread of the model died (${cause?.message ?? `exit code ${exitCode}`}).`, {
    remedy: 'Give the process more memory, or use fewer threads.',
    ...(cause === undefined ? {} : { cause }),
  });
}
