import type { DetectionService } from './detection-service';
import type { WatchStateRepository } from './watch-state-repository';

const TICK_MS = 1_000;
/** Watches that one transaction advances. */
const BATCH = 200;

/** Lets time pass for watches about which nothing comes in. Each instance does it; the states' versions keep them from doing it twice. */
export class DetectionClock {
  private timer: NodeJS.Timeout | undefined;
  private work: Promise<void> | undefined;

  constructor(
    private readonly states: WatchStateRepository,
    private readonly detection: DetectionService,
    private readonly onError: (error: unknown) => void,
    private readonly now: () => number = Date.now,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.work;
  }

  /** Advances what is due. */
  async advanceDue(): Promise<void> {
    const due = await this.states.due(new Date(this.now()), BATCH);
    if (due.length > 0) await this.detection.advance(due);
  }

  private tick(): void {
    this.work ??= this.advanceDue()
      .catch(this.onError)
      .finally(() => {
        this.work = undefined;
      });
  }
}
