/** Does a piece of work again and again, one round after the other: a round that takes longer than the interval delays the next. */
export class RepeatedWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  /**
   * @param round one round; what it fails of is told to `onError`, and the next one comes as usual
   */
  constructor(
    private readonly round: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** @param atOnce whether the first round begins now, and not after one interval */
  start(intervalMs: number, { atOnce = false }: { atOnce?: boolean } = {}): void {
    if (atOnce) this.begin();
    this.timer = setInterval(() => this.begin(), intervalMs);
    this.timer.unref();
  }

  /** Begins no further round, and waits for the one that runs. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private begin(): void {
    this.running ??= this.round()
      .catch(this.onError)
      .finally(() => {
        this.running = undefined;
      });
  }
}
