/** Resolves when what it looks at is ready, and throws with the reason when it is not. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<void> | void;

/** How a check ended. */
interface CheckOutcome {
  readonly ready: boolean;
  readonly reason?: string | undefined;
}

/** What is ready, by the names of the checks. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, CheckOutcome>>;
}

/** A check that takes longer counts as failed; milliseconds. */
const CHECK_TIMEOUT = 2_000;

/** What must be so before a service takes work: the checks of its features by name. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();
  private refusal: string | undefined;

  /** Adds a check, or replaces the one of this name. Its message is shown to whoever asks, so it must hold no secrets. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  remove(name: string): void {
    this.checks.delete(name);
  }

  /** From here on the service is not ready, whatever the checks say. */
  refuse(reason: string): void {
    this.refusal ??= reason;
  }

  /** Runs all checks at once. */
  async report(): Promise<ReadinessReport> {
    const names = [...this.checks];
    const results = await Promise.all(names.map(async ([name, check]) => [name, await outcome(check)] as const));
    if (this.refusal !== undefined) results.push(['service', { ready: false, reason: this.refusal }]);
    return { ready: results.every(([, { ready }]) => ready), checks: Object.fromEntries(results) };
  }
}

async function outcome(check: ReadinessCheck): Promise<CheckOutcome> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`no answer within ${String(CHECK_TIMEOUT / 1000)} s`);
      timeout.abort(error);
      reject(error);
    }, CHECK_TIMEOUT);
  });
  try {
    await Promise.race([Promise.resolve().then(() => check(timeout.signal)), late]);
    return { ready: true };
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
