import { asError } from '../errors';
import type { StreamOptions } from '../options';
import type { PartitionStatus, Subscription } from '../port';
import { endsWithin, fullJitter, pause } from './back-off';
import { BatchDelivery } from './batch-delivery';
import { PartitionLane } from './partition-lane';
import type { PublishRaw, QueuedMessage } from './queued-message';
import { Slots } from './slots';
import { silentLogger } from './silent-logger';

/** What an adapter does for the runner. */
export interface RunnerAdapter {
  readonly publish: PublishRaw;
  /** Commits that everything before an offset is handled; `lost` where the partition is another's. Rejects where it is not certain. */
  commit(partition: number, offset: string): Promise<'committed' | 'lost'>;
  heartbeat(): Promise<void>;
  /** Fetch nothing more from a partition. What is under way may still come. */
  pause(partition: number): void;
  resume(partition: number): void;
  /** Whether it waits for dependencies, or what is assigned, has changed. */
  changed(): void;
  /** A lane ended with a fault of the stream's own; its messages must be delivered again. */
  failed(error: Error): void;
}

export const DEFAULT_MAX_BATCH = 500;
/** A lane that holds so many full batches, or so many bytes, is full; below half of that there is room. */
const FULL_BATCHES = 4;
const FULL_BYTES = 4 * 1024 * 1024;
const LOW_WATER = 0.5;
/** Milliseconds that a handler gets to end after its signal was aborted. */
const ABORT_GRACE = 1_000;
const DRAIN_TIMEOUT = 20_000;

/**
 * Between an adapter and a handler: holds what was fetched in one lane a partition, handles as many lanes at once as the
 * subscription allows, one batch of a lane at a time, and commits after the work. Fetching goes on meanwhile, and with
 * it the heartbeats, however long a handler takes.
 */
export class SubscriptionRunner<E> {
  private lanes = new Map<number, PartitionLane>();
  private readonly slots: Slots;
  private readonly delivery: BatchDelivery<E>;
  private readonly maxBatch: number;

  constructor(
    private readonly subscription: Subscription<E>,
    private readonly adapter: RunnerAdapter,
    private readonly options: StreamOptions,
  ) {
    this.maxBatch = subscription.maxBatch ?? DEFAULT_MAX_BATCH;
    this.slots = new Slots(subscription.concurrency ?? 1);
    this.delivery = new BatchDelivery(subscription, {
      publish: adapter.publish,
      heartbeat: () => adapter.heartbeat(),
      logger: options.logger ?? silentLogger,
      observer: options.observer ?? {},
      trace: options.trace,
      backOff: options.backOff ?? {},
      wait: (milliseconds, lane) => this.waitElsewhere(milliseconds, lane),
      changed: () => adapter.changed(),
    });
  }

  /** These partitions, and no others, are this consumer's from now on. */
  assign(partitions: readonly number[]): void {
    this.lanes = new Map(partitions.map((partition) => [partition, new PartitionLane(partition)]));
    this.adapter.changed();
  }

  /** Hands over consecutive messages of a partition. @returns false where the partition is not assigned */
  push(partition: number, messages: readonly QueuedMessage[], end?: string): boolean {
    const lane = this.lanes.get(partition);
    if (lane === undefined || lane.closing.signal.aborted) return false;
    lane.push(messages);
    if (end !== undefined) lane.learn({ end });
    lane.running ??= this.run(lane);
    return true;
  }

  /**
   * Behind what was handed over stand records that are no messages, such as the marks of transactions: nothing before this
   * offset is left to handle once those messages are.
   */
  passOver(partition: number, offset: string): void {
    const lane = this.lanes.get(partition);
    if (lane === undefined || lane.closing.signal.aborted) return;
    lane.passedUpTo = offset;
    lane.running ??= this.run(lane);
  }

  /**
   * Holds up whoever fetches while a lane is full; one that stays full has its partition paused, so that the others are
   * not held up with it.
   *
   * @param patience milliseconds
   */
  async untilRoom(partition: number, patience: number): Promise<void> {
    const lane = this.lanes.get(partition);
    if (lane === undefined || !this.isFull(lane)) return;
    if (patience > 0)
      await endsWithin(
        lane.untilTaken((length, bytes) => !this.isOver(length, bytes, 1)),
        patience,
      );
    if (!this.isFull(lane) || lane.isPaused || lane.closing.signal.aborted) return;
    lane.isPaused = true;
    this.adapter.pause(partition);
  }

  /** What the adapter knows of a partition without fetching. */
  learn(partition: number, known: { position?: string; end?: string }): void {
    this.lanes.get(partition)?.learn(known);
  }

  get partitions(): PartitionStatus[] {
    return [...this.lanes.values()].map(({ partition, lag }) => ({ partition, lag }));
  }

  /** What handlers wait for, where they do. */
  get waitsFor(): string | undefined {
    return [...this.lanes.values()].find(({ waitsFor }) => waitsFor !== undefined)?.waitsFor;
  }

  /**
   * Begins no further batch, waits for those in hand, and commits them. Those that do not end in time are aborted, and
   * come again.
   *
   * @param timeout milliseconds
   */
  async release(timeout: number = this.options.drainTimeout ?? DRAIN_TIMEOUT): Promise<void> {
    const lanes = [...this.lanes.values()];
    for (const lane of lanes) lane.close();
    const ended = Promise.all(lanes.map(({ running }) => running));
    if (!(await endsWithin(ended, timeout))) {
      for (const lane of lanes) lane.abort.abort();
      await endsWithin(ended, ABORT_GRACE);
    }
    this.drop();
  }

  /** The partitions are lost: nothing in hand will be committed. */
  drop(): void {
    for (const lane of this.lanes.values()) {
      lane.lose();
    }
    this.lanes = new Map();
    this.adapter.changed();
  }

  private async run(lane: PartitionLane): Promise<void> {
    try {
      // The adapter may hand over the rest of a fetch in the same turn of the event loop.
      await Promise.resolve();
      while ((lane.length > 0 || lane.passedUpTo !== undefined) && !lane.closing.signal.aborted) {
        await this.slots.take();
        try {
          if (lane.closing.signal.aborted) break;
          if (lane.length > 0) await this.handleNext(lane);
          else await this.commitPassed(lane);
        } finally {
          this.slots.giveBack();
        }
      }
    } catch (error) {
      this.adapter.failed(asError(error));
    } finally {
      // In the same turn as the last look at the queue, so that a push sees either a running lane or none.
      lane.running = undefined;
    }
  }

  private isFull(lane: PartitionLane): boolean {
    return this.isOver(lane.length, lane.bytes, 1);
  }

  private isOver(length: number, bytes: number, share: number): boolean {
    return length >= share * FULL_BATCHES * this.maxBatch || bytes >= share * FULL_BYTES;
  }

  private async handleNext(lane: PartitionLane): Promise<void> {
    const startedAt = performance.now();
    const messages = lane.take(this.maxBatch, this.subscription.deletions === true);
    if (lane.isPaused && !this.isOver(lane.length, lane.bytes, LOW_WATER)) {
      lane.isPaused = false;
      this.adapter.resume(lane.partition);
    }
    const done = await this.delivery.deliver(lane, messages);
    if (done === undefined || lane.isLost) return;
    if (!(await this.commit(lane, done))) return;
    lane.handledUpTo(done);
    this.options.observer?.handled?.({
      topic: this.subscription.topic.name,
      group: this.subscription.group,
      partition: lane.partition,
      messages: messages.length,
      seconds: (performance.now() - startedAt) / 1000,
    });
  }

  private async commitPassed(lane: PartitionLane): Promise<void> {
    const { passedUpTo } = lane;
    lane.passedUpTo = undefined;
    if (passedUpTo !== undefined && (await this.commit(lane, passedUpTo))) lane.handledUpTo(passedUpTo);
  }

  private async commit(lane: PartitionLane, offset: string): Promise<boolean> {
    for (let failures = 1; !lane.isLost; failures += 1) {
      try {
        if ((await this.adapter.commit(lane.partition, offset)) === 'committed') return true;
        lane.lose();
      } catch (error) {
        (this.options.logger ?? silentLogger).warn(
          { partition: lane.partition, offset, err: asError(error) },
          'Offsets could not be committed; trying again',
        );
        await pause(fullJitter(failures, this.options.backOff), lane.abort.signal);
        if (lane.abort.signal.aborted) return false;
      }
    }
    return false;
  }

  /** While one lane backs off, another may use its place. */
  private async waitElsewhere(milliseconds: number, lane: PartitionLane): Promise<void> {
    this.slots.giveBack();
    try {
      await pause(milliseconds, lane.closing.signal);
    } finally {
      await this.slots.take();
    }
  }
}
