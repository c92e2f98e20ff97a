import type { TopicDefinition } from '@attune/contracts';

/** A message to publish. */
export interface OutgoingMessage {
  /** The entity whose order matters: messages of one key go to one partition, in the order of publishing. Null: to any. */
  readonly key: string | null;
  /** JSON text or bytes; null is the deletion of the key, on compacted topics alone. */
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message as the broker delivered it. */
export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** Position in the partition, a decimal number: it may exceed what a double holds. */
  readonly offset: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch at which it was published. */
  readonly timestamp: number;
}

/** Publishes messages. */
export interface EventPublisher {
  /**
   * Publishes to a topic; returns once every in-sync replica has the messages. Messages of one key keep their order.
   *
   * @throws DependencyUnavailableError where the broker does not answer: some of the messages may have arrived
   * @throws MissingTopicError where the topic does not exist; publishing never creates one
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
}

/** An event that its topic's schema accepted, with the message that carried it. */
export interface ReceivedEvent<E> {
  readonly event: E;
  readonly message: IncomingMessage;
}

/** Consecutive messages of one partition, in order. At least one event or deletion. */
export interface EventBatch<E> {
  readonly topic: string;
  readonly partition: number;
  readonly events: readonly ReceivedEvent<E>[];
  /**
   * Messages without a value on a compacted topic, for subscriptions with `deletions: true`. No key is in both `events`
   * and `deletions` of a batch, so either may be handled first.
   */
  readonly deletions: readonly IncomingMessage[];
  /** Aborted when the partition belongs to someone else or time to finish is up: the batch will be delivered again. */
  readonly signal: AbortSignal;
  /** Tells the broker that this consumer lives. Sent by itself while a handler runs; needed only by one that blocks. */
  heartbeat(): Promise<void>;
  /** Sends one message of this batch to dead letters at once; it is left out when the batch is tried again. */
  deadLetter(message: IncomingMessage, error: Error): Promise<void>;
}

/** What is handled, by whom, and how. */
export interface Subscription<E> {
  readonly topic: TopicDefinition<E>;
  /** Consumers of one group share the topic's partitions. */
  readonly group: string;
  /** Most messages in a batch. Default 500. */
  readonly maxBatch?: number;
  /** Partitions handled at the same time. Default 1. */
  readonly concurrency?: number;
  /** Attempts at a batch before it is split to find the culprit. Default 5. */
  readonly maxAttempts?: number;
  /** Deliver the deletions of a compacted topic. Default false: they are passed over. */
  readonly deletions?: boolean;
  /**
   * Does the work of a batch. Once it returns, the batch's offsets are committed. What it throws decides what follows:
   * DependencyUnavailableError pauses the partition until the handler succeeds; anything else is tried again, then the
   * batch is split, and the messages that still fail go to dead letters.
   */
  handle(batch: EventBatch<E>): Promise<void>;
}

/** A subscription at work. */
export interface RunningSubscription {
  status(): ConsumerStatus;
  /** Stops fetching, finishes the batches in hand, commits them, and leaves the group. */
  stop(): Promise<void>;
}

/**
 * - `starting`: has not joined its group yet
 * - `running`: joined and heartbeating
 * - `waiting`: joined, but a dependency of the handler is away
 * - `reconnecting`: the broker is away or the consumer crashed; it tries again by itself
 * - `stopping`, `stopped`
 */
export type ConsumerState = 'starting' | 'running' | 'waiting' | 'reconnecting' | 'stopping' | 'stopped';

/** How far a consumer is in one partition. */
export interface PartitionStatus {
  readonly partition: number;
  /** Messages in the partition that are not handled yet. */
  readonly lag: number;
}

/** How a subscription is. */
export interface ConsumerStatus {
  readonly topic: string;
  readonly group: string;
  readonly state: ConsumerState;
  /** Joined, heartbeating, and its handler's dependencies answer. */
  readonly ready: boolean;
  /** Why it is not ready, for a person. */
  readonly reason?: string;
  /** Milliseconds since the epoch of the broker's last answer. */
  readonly lastSeenAt?: number;
  /** The partitions assigned to it. */
  readonly partitions: readonly PartitionStatus[];
}

/** What `applyTopics` did, or would do, about one topic. */
export interface TopicChange {
  readonly topic: string;
  readonly action: 'created' | 'unchanged' | 'partitions-raised' | 'differs';
  /** What differs from the definition and was left as it is. */
  readonly differences: readonly string[];
}

export interface ApplyTopicsOptions {
  /** Report only. */
  readonly dryRun?: boolean;
  /** Raise the partitions of existing topics: new messages of a key may then go to another partition than its old ones. */
  readonly raisePartitions?: boolean;
  /** Copies of each partition of a new topic. Default: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number;
}

/** Where one partition begins and ends: offsets of its first message and of the next to come. */
export interface PartitionRange {
  readonly partition: number;
  readonly first: string;
  readonly end: string;
}

/** How far a group has handled a partition, whichever of its consumers has it. */
export interface GroupProgress {
  readonly partition: number;
  /** Offset of the first message that is not handled yet. */
  readonly position: string;
  /** Offset of the next message to come. */
  readonly end: string;
}

/** A stream of events: publishing and subscribing, behind which a broker stands. */
export interface EventStream extends EventPublisher {
  /**
   * Starts to consume. Returns once the topic is known to exist; joining the group goes on, see `status`.
   * Where the broker is away it returns all the same and keeps trying.
   *
   * @throws MissingTopicError where the topic or its dead-letter topic does not exist
   */
  subscribe<E>(subscription: Subscription<E>): Promise<RunningSubscription>;
  /** Creates the topics that are absent, each with its dead-letter topic, and reports what differs. */
  applyTopics(definitions: readonly TopicDefinition[], options?: ApplyTopicsOptions): Promise<TopicChange[]>;
  /**
   * Reads a topic from its first message to the end that it has now, without a group and without committing.
   * `handle` is given the messages of one partition at a time, in order.
   */
  readToEnd(topic: string, handle: (messages: readonly IncomingMessage[]) => Promise<void>, signal?: AbortSignal): Promise<void>;
  /**
   * How far a group has handled a topic, in any process, as its commits say. A group that has never committed stands at
   * the first message.
   *
   * @throws MissingTopicError, DependencyUnavailableError
   */
  progress(topic: string, group: string): Promise<GroupProgress[]>;
  /** Every subscription of this stream. */
  status(): ConsumerStatus[];
  /** @throws DependencyUnavailableError where the broker does not answer */
  ping(): Promise<void>;
  /** Drains every subscription, then closes the connections. */
  close(): Promise<void>;
}
