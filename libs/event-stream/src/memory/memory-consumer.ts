import type { PublishRaw, QueuedMessage } from '../delivery/queued-message';
import { SubscriptionRunner } from '../delivery/subscription-runner';
import type { StreamOptions } from '../options';
import type { ConsumerState, ConsumerStatus, RunningSubscription, Subscription } from '../port';
import type { MemoryGroup } from './memory-group';

/** Messages handed to the runner at once. */
const FETCH = 1_000;

/** One subscription of the stream in memory. */
export class MemoryConsumer implements RunningSubscription {
  private readonly runner: SubscriptionRunner<unknown>;
  /** Offset of the next message to hand over, by partition. */
  private positions = new Map<number, number>();
  private readonly paused = new Set<number>();
  private state: ConsumerState = 'starting';
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly subscription: Subscription<unknown>,
    private readonly group: MemoryGroup,
    private readonly options: StreamOptions,
    publish: PublishRaw,
    private readonly hooks: { committed: () => void; stopped: (consumer: MemoryConsumer) => void },
  ) {
    this.runner = new SubscriptionRunner(
      subscription,
      {
        publish,
        commit: (partition, offset) => this.commit(partition, offset),
        // The other work of this process is all that could starve.
        heartbeat: () => new Promise((resolve) => setImmediate(resolve)),
        pause: (partition) => void this.paused.add(partition),
        resume: (partition) => {
          this.paused.delete(partition);
          this.feed();
        },
        changed: () => this.tell(),
        failed: (error) => {
          options.logger?.error({ err: error }, 'A consumer failed and starts anew');
          void this.group.restart();
        },
      },
      options,
    );
  }

  async start(): Promise<void> {
    await this.group.join(this);
    this.state = 'running';
    this.tell();
  }

  assign(partitions: readonly number[]): void {
    this.paused.clear();
    this.positions = new Map(partitions.map((partition) => [partition, this.group.committed[partition] ?? 0]));
    this.runner.assign(partitions);
    for (const partition of partitions) this.learn(partition);
  }

  async release(): Promise<void> {
    await this.runner.release(this.options.drainTimeout);
    this.positions.clear();
  }

  /** Hands over what has come since. */
  feed(): void {
    for (const [partition, position] of this.positions) {
      if (this.paused.has(partition)) continue;
      const log = this.group.topic.partitions[partition];
      const records = log?.read(position, FETCH) ?? [];
      const last = records.at(-1);
      if (log === undefined || last === undefined) continue;
      const next = Number(last.incoming.offset) + 1;
      const queued = records.map(({ incoming, raw }): QueuedMessage => ({ incoming, raw, next: String(Number(incoming.offset) + 1) }));
      this.positions.set(partition, next);
      if (!this.runner.push(partition, queued, String(log.end))) continue;
      void this.runner.untilRoom(partition, 0);
      if (next < log.end) setImmediate(() => this.feed());
    }
  }

  status(): ConsumerStatus {
    const { topic, group } = this.subscription;
    const { waitsFor } = this.runner;
    for (const partition of this.positions.keys()) this.learn(partition);
    const state = this.state === 'running' && waitsFor !== undefined ? 'waiting' : this.state;
    const reason = state === 'running' ? {} : { reason: waitsFor ?? `The consumer is ${state}.` };
    return {
      topic: topic.name,
      group,
      state,
      ready: state === 'running',
      ...reason,
      lastSeenAt: Date.now(),
      partitions: this.runner.partitions,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.leave();
    return this.stopped;
  }

  private async leave(): Promise<void> {
    this.state = 'stopping';
    this.tell();
    await this.group.leave(this);
    this.state = 'stopped';
    this.tell();
    this.hooks.stopped(this);
  }

  private async commit(partition: number, offset: string): Promise<'committed'> {
    this.group.committed[partition] = Number(offset);
    this.group.topic.partitions[partition]?.forget(Number(offset));
    this.hooks.committed();
    return 'committed';
  }

  private learn(partition: number): void {
    const end = this.group.topic.partitions[partition]?.end;
    if (end !== undefined) this.runner.learn(partition, { position: String(this.group.committed[partition] ?? 0), end: String(end) });
  }

  private tell(): void {
    this.options.observer?.changed?.(this.status());
  }
}
