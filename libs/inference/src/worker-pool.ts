import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AttuneError } from '@attune/artifact';
import type { SerializedError, TaskResult, WorkerReply, WorkerRequest, WorkerSetup, WorkerTask } from './worker-protocol';

/** A task is given to another worker this many times when the one that had it dies. */
const RETRIES = 1;
/** Tasks that a worker may have at once, the one it computes included, so that it need not wait for the main thread between two. */
const TASKS_AHEAD = 2;
/** Milliseconds before a worker that could not be replaced is tried again; doubled each time, up to the longest. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

/** Texts on their way through a worker. */
export interface PoolTask extends Omit<WorkerTask, 'id'> {
  done(result: TaskResult): void;
  failed(error: AttuneError): void;
}

/** Where workers get their tasks from. */
export interface TaskSource {
  /**
   * The next task, if there is one.
   *
   * @param bulk from bulk calls, or from the others
   * @param idleWorkers workers that have nothing to do, which should share what waits; 0 where the task is to lie ready
   */
  take(bulk: boolean, idleWorkers: number): PoolTask | undefined;
  /** No worker is left, and none can be started: refuse what waits. */
  abandon(error: AttuneError): void;
  /** There is a worker that takes tasks. */
  resume(): void;
  workerDied(): void;
}

interface Job {
  readonly id: number;
  readonly task: PoolTask;
  readonly deaths: number;
}

/** One thread and the jobs it has. */
interface Seat {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
  ready: boolean;
}

/**
 * Address space of a thread's stack: ONNX Runtime goes through the command line of the process by a recursive search when it is loaded, which
 * ends the process where a text of some 15,000 bytes stands there and the stack is Node's usual one of 4 MB. No memory is taken until it is used.
 */
const STACK_MEGABYTES = 64;

/**
 * Worker threads, each with its own copy of the model, which take their tasks from a source. A worker that dies is
 * replaced, and its tasks are tried once more, each in a worker of its own; a task that kills two workers fails.
 */
export class WorkerPool {
  private readonly seats = new Set<Seat>();
  /** Tasks whose worker died. */
  private readonly retries: Job[] = [];
  private readonly pauses = new Set<NodeJS.Timeout>();
  private nextId = 0;
  private closed = false;
  private wakes = false;
  private outputNames: readonly string[] = [];

  private constructor(
    private readonly setup: WorkerSetup,
    readonly size: number,
    private readonly source: TaskSource,
    private readonly entry: string,
  ) {}

  /**
   * Starts the workers and waits until every one has loaded the model. Throws what a worker could not load.
   *
   * @param entry JavaScript file that a worker runs
   */
  static async start(
    setup: WorkerSetup,
    size: number,
    source: TaskSource,
    entry = join(__dirname, 'worker-entry.js'),
  ): Promise<WorkerPool> {
    const pool = new WorkerPool(setup, size, source, entry);
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

  /** Workers that have something to compute. */
  get busy(): number {
    return [...this.seats].filter(({ jobs }) => jobs.size > 0).length;
  }

  /** Whether a worker can take tasks. */
  get isAlive(): boolean {
    return [...this.seats].some(({ ready }) => ready);
  }

  /** Says that the source has tasks. Workers get them when the present turn of the event loop ends, so that what came in it goes together. */
  wake(): void {
    if (this.wakes || this.closed) return;
    this.wakes = true;
    setImmediate(() => {
      this.wakes = false;
      this.dispatch();
    });
  }

  /** Takes nothing more from the source, lets what runs end, and ends every thread. */
  async close(): Promise<void> {
    this.closed = true;
    for (const pause of this.pauses) clearTimeout(pause);
    for (const { task } of this.retries.splice(0)) task.failed(closedError());
    await Promise.all(
      [...this.seats].map(({ worker }) => {
        const ended = new Promise((resolve) => worker.once('exit', resolve));
        // A worker that still loads closes when it has loaded: terminating it inside the native runtime's set-up aborts the process.
        worker.postMessage({ kind: 'close' } satisfies WorkerRequest);
        return ended;
      }),
    );
  }

  private spawn(): Promise<void> {
    const worker = new Worker(this.entry, { workerData: this.setup, resourceLimits: { stackSizeMb: STACK_MEGABYTES } });
    const seat: Seat = { worker, jobs: new Map(), ready: false };
    this.seats.add(seat);
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      worker.on('message', (reply: WorkerReply) => {
        if (reply.kind === 'ready') {
          seat.ready = true;
          this.outputNames = reply.outputs;
          this.source.resume();
          resolve();
          this.dispatch();
        } else if (reply.kind === 'failed' && reply.id === undefined) {
          // It listens to nothing, and so ends by itself.
          failure = deserializeError(reply.error);
        } else this.finish(seat, reply);
      });
      worker.on('error', (error) => {
        failure = error;
      });
      worker.on('exit', (code) => {
        this.seats.delete(seat);
        reject(failure ?? diedError(code));
        if (seat.ready) this.replace(seat, failure, code);
      });
    });
  }

  private finish(seat: Seat, reply: Exclude<WorkerReply, { kind: 'ready' }>): void {
    const job = reply.id === undefined ? undefined : seat.jobs.get(reply.id);
    if (job === undefined) return;
    seat.jobs.delete(job.id);
    // The worker gets its next task before anyone hears of this one.
    this.dispatch();
    if (reply.kind === 'result') job.task.done(reply.result);
    else job.task.failed(deserializeError(reply.error));
  }

  private dispatch(): void {
    if (this.closed) return;
    const ready = [...this.seats].filter((seat) => seat.ready && ![...seat.jobs.values()].some(({ deaths }) => deaths > 0));
    const empty = (): Seat[] => ready.filter(({ jobs }) => jobs.size === 0);
    for (const seat of empty()) {
      const job = this.retries.shift();
      if (job === undefined) break;
      this.send(seat, job);
      ready.splice(ready.indexOf(seat), 1);
    }
    for (const bulk of [false, true]) {
      // Each worker gets one task before any gets a second one.
      for (let ahead = 0; ahead < TASKS_AHEAD; ahead++) {
        for (const seat of byLoad(ready)) {
          const own = [...seat.jobs.values()].filter(({ task }) => task.bulk === bulk).length;
          if (own > ahead) continue;
          const task = this.source.take(bulk, ahead === 0 ? Math.max(1, ready.filter((other) => !hasTask(other, bulk)).length) : 0);
          if (task === undefined) break;
          this.send(seat, { id: this.nextId++, task, deaths: 0 });
        }
      }
    }
  }

  private send(seat: Seat, job: Job): void {
    seat.jobs.set(job.id, job);
    const { texts, pairs, outputs, bulk } = job.task;
    const task: WorkerTask = { id: job.id, texts, outputs, bulk, ...(pairs !== undefined && { pairs }) };
    seat.worker.postMessage({ kind: 'task', task } satisfies WorkerRequest);
  }

  /** After a worker's end: its tasks are tried again or fail, and a new worker takes its seat. */
  private replace(seat: Seat, failure: Error | undefined, code: number): void {
    for (const { task, deaths } of seat.jobs.values()) {
      if (this.closed || deaths >= RETRIES) task.failed(diedError(code, failure));
      else this.retries.push({ id: this.nextId++, task, deaths: deaths + 1 });
    }
    if (this.closed) return;
    this.source.workerDied();
    this.respawn(FIRST_PAUSE);
    this.dispatch();
  }

  private respawn(pause: number): void {
    this.spawn().catch((error: unknown) => {
      if (this.closed) return;
      if (this.seats.size === 0) {
        const cause = error instanceof AttuneError ? error : diedError(1, error instanceof Error ? error : undefined);
        for (const { task } of this.retries.splice(0)) task.failed(cause);
        this.source.abandon(cause);
      }
      const timer = setTimeout(() => {
        this.pauses.delete(timer);
        this.respawn(Math.min(LONGEST_PAUSE, pause * 2));
      }, pause);
      this.pauses.add(timer);
    });
  }
}

function hasTask({ jobs }: Seat, bulk: boolean): boolean {
  for (const { task } of jobs.values()) if (task.bulk === bulk) return true;
  return false;
}

function byLoad(seats: readonly Seat[]): Seat[] {
  return [...seats].sort((a, b) => a.jobs.size - b.jobs.size);
}

function deserializeError({ code, message, remedy }: SerializedError): AttuneError {
  return new AttuneError(code, message, remedy === undefined ? {} : { remedy });
}

/** The error of texts that a closed model did not compute. */
export function closedError(): AttuneError {
  return new AttuneError('interrupted', 'The model was closed before these texts were computed.');
}

function diedError(exitCode: number, cause?: Error): AttuneError {
  return new AttuneError('inference-failed', `A worker thread of the model died (${cause?.message ?? `exit code ${exitCode}`}).`, {
    remedy: 'Give the process more memory, or use fewer threads.',
    ...(cause === undefined ? {} : { cause }),
  });
}
