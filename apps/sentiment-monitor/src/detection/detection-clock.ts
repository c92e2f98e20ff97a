import { RepeatedWork } from '@attune/service-kit';
import type { DetectionService } from './detection-service';
import type { IntakeHorizon } from './intake-horizon';
import type { WatchStateRepository } from './watch-state-repository';

const TICK_MS = 1_000;
/** Watches that one tick advances at most. */
const BATCH = 200;

export interface DetectionClockOptions {
  /** Partitions of `market.sentiment` that this process consumes. */
  readonly partitions: () => readonly number[];
  readonly onError: (error: unknown) => void;
  readonly now?: () => number;
}

/**
 * Lets time pass for watches about which nothing comes in: those whose partitions this process consumes, so that each has
 * one writer, and no further than everything has been taken in.
 */
export class DetectionClock {
  private readonly ticks: RepeatedWork;
  private readonly now: () => number;

  constructor(
    private readonly states: WatchStateRepository,
    private readonly detection: DetectionService,
    private readonly horizon: IntakeHorizon,
    private readonly options: DetectionClockOptions,
  ) {
    this.now = options.now ?? Date.now;
    this.ticks = new RepeatedWork(() => this.advanceDue(), options.onError);
  }

  start(): void {
    this.ticks.start(TICK_MS);
  }

  stop(): Promise<void> {
    return this.ticks.stop();
  }

  /** Advances what is due. */
  async advanceDue(): Promise<void> {
    const due = await this.states.due(new Date(this.now()), this.options.partitions(), BATCH);
    // Nothing came in and nothing is due: the brokers need not be asked.
    if (!this.detection.takeNews() && due.length === 0) return;
    const until = await this.horizon.advance();
    const ready = due.filter(({ dueAt }) => dueAt.getTime() <= until);
    for (const partition of new Set(ready.map((each) => each.partition))) {
      const ids = ready.filter((each) => each.partition === partition).map(({ watchId }) => watchId);
      await this.detection.advance(ids, partition, until);
    }
  }
}
