/**
 * Keeps what a process knows up to date with what any process writes: fetches changes at the start, by polling, and when
 * it is asked to.
 */
export class PolledChanges {
  private refreshing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param fetchChanges takes over what changed since it was called last; never called while it runs
   * @param onError told what polling failed of
   */
  constructor(
    private readonly fetchChanges: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Fetches everything, then polls. */
  async start(pollMs: number): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => void this.refresh().catch(this.onError), pollMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Fetches what changed. Calls made while one runs share the next. */
  async refresh(): Promise<void> {
    await this.refreshing?.catch(() => undefined);
    this.refreshing ??= this.fetchChanges().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }
}
