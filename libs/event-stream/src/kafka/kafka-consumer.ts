import { deadLetterTopic } from '@attune/contracts';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { endsWithin, fullJitter, pause } from '../delivery/back-off';
import type { PublishRaw } from '../delivery/queued-message';
import { silentLogger } from '../delivery/silent-logger';
import { SubscriptionRunner } from '../delivery/subscription-runner';
import { asError, MissingTopicError } from '../errors';
import type { StreamLogger } from '../options';
import type { ConsumerState, ConsumerStatus, RunningSubscription, Subscription } from '../port';
import type { KafkaAdmin } from './kafka-admin';
import { RETRY } from './kafka-client';
import { isLostMembership } from './kafka-errors';
import { queuedMessages } from './kafka-messages';
import type { KafkaStreamOptions } from './kafka-options';
import { assignerWithHook } from './rebalance-patch';

const SESSION_TIMEOUT = 30_000;
const HEARTBEAT_INTERVAL = 3_000;
const MAX_WAIT = 1_000;
/** Milliseconds that fetching waits for a full partition before it goes on without. */
const PATIENCE = 250;
const MAX_PARTITION_BYTES = 1024 * 1024;
/** Bytes of one answer: decoding it must not hold up the event loop. */
const MAX_FETCH_BYTES = 512 * 1024;
const REBALANCE_TIMEOUT = 60_000;
const LAG_INTERVAL = 15_000;
/** Milliseconds that leaving the group and closing connections may take. */
const DISCONNECT_TIMEOUT = 5_000;
/** Longest delay before the next attempt to reach the brokers. */
const RECONNECT = { base: 250, cap: 5_000 };
/** Partitions of one fetch that are handed over side by side: all of them. */
const ALL_PARTITIONS = 1_024;

export interface KafkaConsumerContext {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly options: KafkaStreamOptions;
  readonly publish: PublishRaw;
  readonly stopped: (consumer: KafkaConsumer) => void;
}

/**
 * One subscription on Kafka. kafkajs fetches and heartbeats all the time; the runner handles. Whatever ends kafkajs's
 * consumer, retriable or not, a new one follows until `stop`.
 */
export class KafkaConsumer implements RunningSubscription {
  private readonly runner: SubscriptionRunner<unknown>;
  private readonly logger: StreamLogger;
  private readonly closing = new AbortController();
  private readonly sessionTimeout: number;
  private state: ConsumerState = 'starting';
  private failure: string | undefined;
  private lastSeenAt: number | undefined;
  private consumer: Consumer | undefined;
  private sendHeartbeat: () => Promise<void> = () => Promise.resolve();
  private crash: (error: Error) => void = () => undefined;
  private working: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly subscription: Subscription<unknown>,
    private readonly context: KafkaConsumerContext,
  ) {
    const { options } = context;
    this.logger = options.logger ?? silentLogger;
    this.sessionTimeout = options.sessionTimeout ?? SESSION_TIMEOUT;
    this.runner = new SubscriptionRunner(
      subscription,
      {
        publish: context.publish,
        commit: (partition, offset) => this.commit(partition, offset),
        // A rebalance shows here as an error too; the fetching sees to it.
        heartbeat: () => this.sendHeartbeat().catch(() => undefined),
        pause: (partition) => this.consumer?.pause([{ topic: this.topic, partitions: [partition] }]),
        resume: (partition) => this.consumer?.resume([{ topic: this.topic, partitions: [partition] }]),
        changed: () => this.tell(),
        failed: (error) => this.crash(error),
      },
      options,
    );
  }

  /** @throws MissingTopicError; where the brokers are away it returns and keeps trying */
  async start(): Promise<void> {
    await this.requireTopics().catch((error: unknown) => {
      if (error instanceof MissingTopicError) throw error;
      this.setState('reconnecting', asError(error).message);
    });
    this.working = this.work();
  }

  status(): ConsumerStatus {
    const { topic, lastSeenAt } = this;
    const { waitsFor } = this.runner;
    const silence = lastSeenAt === undefined ? 0 : Date.now() - lastSeenAt;
    const isSilent = this.state === 'running' && silence > this.sessionTimeout;
    const state = isSilent ? 'reconnecting' : this.state === 'running' && waitsFor !== undefined ? 'waiting' : this.state;
    const reason = isSilent
      ? `Kafka has not answered for ${Math.round(silence / 1000)} s.`
      : (waitsFor ?? this.failure ?? `The consumer is ${state}.`);
    return {
      topic,
      group: this.subscription.group,
      state,
      ready: state === 'running',
      ...(state === 'running' ? {} : { reason }),
      ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
      partitions: this.runner.partitions,
    };
  }

  stop(): Promise<void> {
    this.stopped ??= this.drain();
    return this.stopped;
  }

  private get topic(): string {
    return this.subscription.topic.name;
  }

  private requireTopics(): Promise<void> {
    return this.context.admin.requireTopics([this.topic, deadLetterTopic(this.topic)]);
  }

  private async drain(): Promise<void> {
    this.setState('stopping');
    this.closing.abort();
    // What is not fetched need not be thrown away; kafkajs throws where it has not joined yet.
    if (this.runner.partitions.length > 0) this.consumer?.pause([{ topic: this.topic }]);
    await this.runner.release(this.context.options.drainTimeout);
    this.crash(new Error('The subscription is stopped.'));
    await this.working;
    this.setState('stopped');
    this.context.stopped(this);
  }

  /** One kafkajs consumer after another. */
  private async work(): Promise<void> {
    for (let failures = 1; !this.closing.signal.aborted; failures += 1) {
      const startedAt = Date.now();
      const error = await this.consumeUntilCrash();
      if (this.closing.signal.aborted) break;
      if (Date.now() - startedAt > this.sessionTimeout) failures = 1;
      const delay = fullJitter(failures, RECONNECT);
      this.logger.warn({ topic: this.topic, group: this.subscription.group, err: error, delay }, 'The consumer failed and starts anew');
      this.setState('reconnecting', error.message);
      await pause(delay, this.closing.signal);
    }
  }

  /** @returns what ended the consumer */
  private async consumeUntilCrash(): Promise<Error> {
    const ended = new Promise<Error>((resolve) => (this.crash = resolve));
    const consumer = this.createConsumer();
    this.consumer = consumer;
    const watch = setInterval(() => this.look(), this.context.options.lagInterval ?? LAG_INTERVAL);
    watch.unref();
    try {
      await this.requireTopics();
      await consumer.connect();
      await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
      // After the connection is there the join may take as long as the rebalance of others.
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: ALL_PARTITIONS,
          eachBatch: (payload) => this.receive(payload),
        })
        .catch((error: unknown) => this.crash(asError(error)));
      return await ended;
    } catch (error) {
      return asError(error);
    } finally {
      clearInterval(watch);
      this.runner.drop();
      this.consumer = undefined;
      this.sendHeartbeat = () => Promise.resolve();
      const disconnected = consumer.disconnect().catch((error: unknown) => this.logger.debug({ err: error }, 'Disconnecting failed'));
      await endsWithin(disconnected, DISCONNECT_TIMEOUT);
    }
  }

  private createConsumer(): Consumer {
    const { kafka, options } = this.context;
    const consumer = kafka.consumer({
      groupId: this.subscription.group,
      allowAutoTopicCreation: false,
      sessionTimeout: this.sessionTimeout,
      rebalanceTimeout: Math.max(REBALANCE_TIMEOUT, this.sessionTimeout),
      heartbeatInterval: options.heartbeatInterval ?? HEARTBEAT_INTERVAL,
      maxWaitTimeInMs: options.maxWait ?? MAX_WAIT,
      maxBytesPerPartition: options.maxPartitionBytes ?? MAX_PARTITION_BYTES,
      maxBytes: MAX_FETCH_BYTES,
      partitionAssigners: [assignerWithHook((isMember, heartbeat) => this.giveUpPartitions(isMember, heartbeat))],
      // Restarting is this class's: kafkajs would restart after retriable errors alone.
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(false) },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.crash(payload.error));
    consumer.on(consumer.events.REQUEST, () => void (this.lastSeenAt = Date.now()));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { batchSize, partition, lastOffset } }) => {
      if (batchSize === 0) this.runner.passOver(partition, String(BigInt(lastOffset) + 1n));
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment[this.topic] ?? []));
    return consumer;
  }

  private async giveUpPartitions(isMember: boolean, heartbeat: () => Promise<void>): Promise<void> {
    if (!isMember) return this.runner.drop();
    if (this.runner.partitions.length === 0) return;
    const { heartbeatInterval = HEARTBEAT_INTERVAL, drainTimeout = REBALANCE_TIMEOUT } = this.context.options;
    const beat = setInterval(() => void heartbeat(), heartbeatInterval);
    try {
      await this.runner.release(Math.min(drainTimeout, REBALANCE_TIMEOUT / 2));
    } finally {
      clearInterval(beat);
    }
  }

  private joined(partitions: readonly number[]): void {
    // A partition may have been paused in an earlier generation.
    this.consumer?.resume([{ topic: this.topic }]);
    this.runner.assign(this.closing.signal.aborted ? [] : partitions);
    if (!this.closing.signal.aborted) this.setState('running');
    this.look();
  }

  private async receive({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    this.sendHeartbeat = heartbeat;
    if (!this.runner.push(batch.partition, queuedMessages(batch), batch.highWatermark)) return;
    resolveOffset(batch.lastOffset());
    await this.runner.untilRoom(batch.partition, PATIENCE);
  }

  private async commit(partition: number, offset: string): Promise<'committed' | 'lost'> {
    if (this.consumer === undefined) return 'lost';
    try {
      await this.consumer.commitOffsets([{ topic: this.topic, partition, offset }]);
      return 'committed';
    } catch (error) {
      if (isLostMembership(error)) return 'lost';
      throw error;
    }
  }

  /** Asks how far partitions have grown, and notices a consumer that has fallen silent without an error. */
  private look(): void {
    if (this.lastSeenAt !== undefined && Date.now() - this.lastSeenAt > 2 * this.sessionTimeout) {
      this.crash(new Error('Kafka has not answered for two session time-outs.'));
      return;
    }
    void this.measureLag().catch((error: unknown) => this.logger.debug({ err: error }, 'The lag could not be measured'));
  }

  private async measureLag(): Promise<void> {
    const progress = await this.context.admin.progressOf(this.topic, this.subscription.group);
    for (const { partition, position, end } of progress) this.runner.learn(partition, { position, end });
    this.tell();
  }

  private setState(state: ConsumerState, failure?: string): void {
    this.state = this.closing.signal.aborted && state !== 'stopped' ? 'stopping' : state;
    this.failure = failure;
    this.tell();
  }

  private tell(): void {
    this.context.options.observer?.changed?.(this.status());
  }
}
