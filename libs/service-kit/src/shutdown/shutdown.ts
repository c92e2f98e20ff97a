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

/** After the deadline a step is still started, so that files are closed, but nobody waits for it. */
class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly passed: Promise<never>;

  constructor(seconds: number) {
    this.passed = new Promise((_, reject) => {
      this.controller.signal.addEventListener('abort', () => reject(this.controller.signal.reason as Error), { once: true });
    });
    this.passed.catch(() => undefined);
    this.timer = setTimeout(() => this.controller.abort(new Error(`not done within ${String(seconds)} s`)), seconds * 1000);
  }

  hold(step: ShutdownStep): Promise<void> {
    const done = Promise.resolve().then(() => step(this.controller.signal));
    done.catch(() => undefined);
    return Promise.race([done, this.passed]);
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}
