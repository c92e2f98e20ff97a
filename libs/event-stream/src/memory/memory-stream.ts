import { deadLetterTopic, type TopicDefinition } from '@attune/contracts';
import type { RawMessage } from '../delivery/queued-message';
import { DependencyUnavailableError, MissingTopicError } from '../errors';
import type { StreamOptions } from '../options';
import type {
  ApplyTopicsOptions,
  ConsumerStatus,
  EventStream,
  GroupProgress,
  IncomingMessage,
  OutgoingMessage,
  RunningSubscription,
  Subscription,
  TopicChange,
} from '../port';
import { deadLetterDefinition, withDeadLetters } from '../topics/dead-letter-definition';
import { withTrace } from '../trace';
import { MemoryConsumer } from './memory-consumer';
import { MemoryGroup } from './memory-group';
import { MemoryTopic } from './memory-topic';

export interface MemoryStreamOptions extends StreamOptions {
  /** Topics to create at once, each with its dead-letter topic. */
  readonly topics?: readonly TopicDefinition[];
  /** Messages of a topic that a group may be behind before publishing is refused. Default 100,000. */
  readonly maxBacklog?: number;
}

/** A stream within this process. */
export interface MemoryEventStream extends EventStream {
  /** Resolves once every subscribed group has handled every message of its topic. */
  drained(): Promise<void>;
}

const DEFAULT_BACKLOG = 100_000;
const READ = 500;

/**
 * Opens a stream that lives in this process and is gone with it. Topics have partitions, groups have offsets, and
 * failures have the same consequences as on Kafka.
 */
export function openMemoryStream(options: MemoryStreamOptions = {}): MemoryEventStream {
  return new MemoryStream(options);
}

class MemoryStream implements MemoryEventStream {
  private readonly topics = new Map<string, MemoryTopic>();
  /** By group and topic; kept when their last consumer leaves. */
  private readonly groups = new Map<string, MemoryGroup>();
  private consumers: MemoryConsumer[] = [];
  private awaitingDrain: (() => void)[] = [];

  constructor(private readonly options: MemoryStreamOptions) {
    for (const definition of options.topics ?? []) this.create(definition);
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    await this.append(topic, withTrace(messages, this.options.trace));
  }

  async subscribe<E>(subscription: Subscription<E>): Promise<RunningSubscription> {
    const topic = this.topic(subscription.topic.name);
    this.topic(deadLetterTopic(subscription.topic.name));
    const id = groupId(subscription.group, subscription.topic.name);
    const group = this.groups.get(id) ?? new MemoryGroup(topic);
    this.groups.set(id, group);
    const consumer = new MemoryConsumer(
      subscription as Subscription<unknown>,
      group,
      this.options,
      (name, messages) => this.append(name, messages),
      {
        committed: () => this.tellDrained(),
        stopped: (stopped) => (this.consumers = this.consumers.filter((other) => other !== stopped)),
      },
    );
    this.consumers.push(consumer);
    await consumer.start();
    return consumer;
  }

  async applyTopics(definitions: readonly TopicDefinition[], { dryRun = false }: ApplyTopicsOptions = {}): Promise<TopicChange[]> {
    return withDeadLetters(definitions).map((definition) => {
      const existing = this.topics.get(definition.name);
      if (existing === undefined) {
        if (!dryRun) this.topics.set(definition.name, new MemoryTopic(definition));
        return { topic: definition.name, action: 'created', differences: [] };
      }
      const count = existing.partitions.length;
      if (count === definition.partitions) return { topic: definition.name, action: 'unchanged', differences: [] };
      return { topic: definition.name, action: 'differs', differences: [`partitions: ${count} instead of ${definition.partitions}`] };
    });
  }

  async readToEnd(topic: string, handle: (messages: readonly IncomingMessage[]) => Promise<void>, signal?: AbortSignal): Promise<void> {
    const ranges = this.topic(topic).partitions.map((log) => ({ log, end: log.end }));
    for (const { log, end } of ranges) {
      for (let offset = log.first; offset < end; offset += READ) {
        signal?.throwIfAborted();
        const messages = log.read(offset, Math.min(READ, end - offset)).map(({ incoming }) => incoming);
        if (messages.length > 0) await handle(messages);
      }
    }
  }

  async progress(topic: string, group: string): Promise<GroupProgress[]> {
    const committed = this.groups.get(groupId(group, topic))?.committed;
    return this.topic(topic).partitions.map(({ partition, first, end }) => ({
      partition,
      position: String(Math.max(first, committed?.[partition] ?? first)),
      end: String(end),
    }));
  }

  status(): ConsumerStatus[] {
    return this.consumers.map((consumer) => consumer.status());
  }

  async ping(): Promise<void> {
    // It is this process.
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.awaitingDrain.push(resolve);
      this.tellDrained();
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  private create(definition: TopicDefinition): void {
    for (const each of [definition, deadLetterDefinition(definition)]) this.topics.set(each.name, new MemoryTopic(each));
  }

  private topic(name: string): MemoryTopic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw new MissingTopicError([name]);
    return topic;
  }

  private async append(name: string, messages: readonly RawMessage[]): Promise<void> {
    const startedAt = performance.now();
    const topic = this.topic(name);
    const groups = [...this.groups.values()].filter((group) => group.topic === topic);
    const maxBacklog = this.options.maxBacklog ?? DEFAULT_BACKLOG;
    if (groups.some(({ backlog }) => backlog >= maxBacklog)) {
      throw new DependencyUnavailableError(`The consumers of ${name} are ${maxBacklog} messages behind.`, {
        remedy: 'Publish more slowly, or use Kafka, which keeps its backlog on disk.',
      });
    }
    for (const message of messages) topic.append(message, Date.now());
    // Subscribers begin after the publisher has gone on, as with a broker.
    setImmediate(() => groups.forEach((group) => group.feed()));
    this.options.observer?.published?.({ topic: name, messages: messages.length, seconds: (performance.now() - startedAt) / 1000 });
  }

  private tellDrained(): void {
    const subscribed = [...this.groups.values()].filter(({ hasMembers }) => hasMembers);
    if (!subscribed.every(({ isDrained }) => isDrained)) return;
    const waiting = this.awaitingDrain;
    this.awaitingDrain = [];
    for (const resolve of waiting) resolve();
  }
}

function groupId(group: string, topic: string): string {
  return JSON.stringify([group, topic]);
}
