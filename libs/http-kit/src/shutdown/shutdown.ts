import type { Readiness } from '../health/readiness';
import type { Logger } from '../logging/logger';

/**
 * The phases of a shutdown in their order: stop taking work in (consumers), end the work in hand, publish what is written
 * (outbox), end the HTTP server, close what everything else stood on (stream, database, models), run Nest's own hooks, send
 * the last traces.
 */
export const SHUTDOWN_PHASES = ['intake', 'work', 'outbox', 'http', 'storage', 'modules', 'telemetry'] as const;
export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

/** Work of a phase; `deadline` aborts when the time for the whole shutdown is over. */
export type ShutdownStep = (deadline: AbortSignal) => Promise<void> | void;

/** How a shutdown went. */
export interface ShutdownReport {
  /** Steps that threw or were still running at the deadline. */
  readonly failed: readonly { phase: ShutdownPhase; step: string; error: unknown }[];
}

/** Ends a service in order. Features add their steps; those of one phase run at once, phase after phase. */
export class Shutdown {
  private readonly steps: { phase: ShutdownPhase; name: string; step: ShutdownStep }[] = [];
  private readonly controller = new AbortController();
  private running: Promise<ShutdownReport> | undefined;

  constructor(
    private readonly logger: Logger,
    private readonly readiness: Readiness,
  ) {}

  /** Aborts when the shutdown begins: endless answers, such as server-sent events, end at it. */
  get stopping(): AbortSignal {
    return this.controller.signal;
  }

  add(phase: ShutdownPhase, name: string, step: ShutdownStep): void {
    this.steps.push({ phase, name, step });
  }

  /**
   * Runs the shutdown, once: a second call gets the report of the first. It never throws.
   *
   * @param reason for the log and for whoever asks whether the service is ready
   * @param timing seconds to go on serving as not ready, and then for all the phases
   */
  run(reason: string, timing: { drainSeconds: number; deadlineSeconds: number }): Promise<ShutdownReport> {
    return (this.running ??= this.runOnce(reason, timing));
  }

  private async runOnce(reason: string, timing: { drainSeconds: number; deadlineSeconds: number }): Promise<ShutdownReport> {
    this.logger.info({ reason }, 'shutting down');
    this.readiness.refuse('shutting down');
    if (timing.drainSeconds > 0) await new Promise((resolve) => setTimeout(resolve, timing.drainSeconds * 1000));
    this.controller.abort(new Error('the service is shutting down'));
    const failed: ShutdownReport['failed'][number][] = [];
    const deadline = new Deadline(timing.deadlineSeconds);
    try {
      for (const phase of SHUTDOWN_PHASES) {
        const steps = this.steps.filter((step) => step.phase === phase);
        const outcomes = await Promise.allSettled(steps.map(({ step }) => deadline.hold(step)));
        outcomes.forEach((outcome, index) => {
          if (outcome.status === 'fulfilled') return;
          const step = steps[index]?.name ?? '';
          failed.push({ phase, step, error: outcome.reason });
          this.logger.error({ err: outcome.reason as unknown, phase, step }, 'a step of the shutdown failed');
        });
      }
    } finally {
      deadline.clear();
    }
    this.logger.info({ failed: failed.length }, 'shut down');
    return { failed };
  }
}

/** Seconds that the steps of a phase get after the deadline, to close what they hold. */
const GRACE_SECONDS = 1;

/** After the deadline the remaining phases are still run, so that files and locks are let go, but nobody waits long for them. */
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly seconds: number) {
    this.timer = setTimeout(() => this.controller.abort(new Error(`not done within ${String(seconds)} s`)), seconds * 1000);
  }

  async hold(step: ShutdownStep): Promise<void> {
    const { signal } = this.controller;
    const patience = new AbortController();
    const late = new Promise<never>((_, reject) => {
      const giveUp = (): void => reject(new Error(`not done within ${String(this.seconds)} s`));
      if (signal.aborted) {
        const grace = setTimeout(giveUp, GRACE_SECONDS * 1000);
        patience.signal.addEventListener('abort', () => clearTimeout(grace));
      } else signal.addEventListener('abort', giveUp, { signal: patience.signal });
    });
    const done = Promise.resolve().then(() => step(signal));
    try {
      await Promise.race([done, late]);
    } finally {
      patience.abort();
    }
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}
