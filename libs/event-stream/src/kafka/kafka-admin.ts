import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { fullJitter } from '../delivery/back-off';
import { MissingTopicError } from '../errors';
import type { GroupProgress, PartitionRange } from '../port';
import { RETRY } from './kafka-client';
import { isElectingLeader, streamError } from './kafka-errors';

/** Milliseconds for which the number of a topic's partitions is taken to be what it was. */
const PARTITIONS_AGE = 300_000;
/** Questions asked while the brokers elect a leader; kafkajs asks once. */
const ATTEMPTS = 10;
const ELECTION = { base: 50, cap: 1_000 };

/** One connection for questions about topics and groups, made when the first is asked. */
export class KafkaAdmin {
  private admin: Admin | undefined;
  private connecting: Promise<Admin> | undefined;
  private readonly partitionCounts = new Map<string, { count: number; until: number }>();

  constructor(private readonly kafka: Kafka) {}

  /**
   * Asks the brokers.
   *
   * @throws DependencyUnavailableError, MissingTopicError
   */
  async ask<T>(question: (admin: Admin) => Promise<T>, topics: readonly string[] = []): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await question(await this.connected());
      } catch (error) {
        if (!isElectingLeader(error) || failures >= ATTEMPTS) throw streamError(error, topics);
        await sleep(fullJitter(failures, ELECTION));
      }
    }
  }

  /** @throws DependencyUnavailableError, MissingTopicError */
  async partitionsOf(topic: string): Promise<number> {
    const known = this.partitionCounts.get(topic);
    if (known !== undefined && known.until > Date.now()) return known.count;
    await this.requireTopics([topic]);
    const { topics } = await this.ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }), [topic]);
    const count = topics[0]?.partitions.length ?? 0;
    if (count === 0) throw new MissingTopicError([topic]);
    this.partitionCounts.set(topic, { count, until: Date.now() + PARTITIONS_AGE });
    return count;
  }

  forgetPartitions(topic: string): void {
    this.partitionCounts.delete(topic);
  }

  /**
   * Asks for the list of all topics: a question about one by name may make it, where brokers are set up so.
   *
   * @throws DependencyUnavailableError, MissingTopicError
   */
  async requireTopics(topics: readonly string[]): Promise<void> {
    const existing = new Set(await this.ask((admin) => admin.listTopics()));
    const missing = topics.filter((topic) => !existing.has(topic));
    if (missing.length > 0) throw new MissingTopicError(missing);
  }

  /** @throws DependencyUnavailableError, MissingTopicError */
  async rangesOf(topic: string): Promise<PartitionRange[]> {
    // That the topic is there is asked now and then alone: in a large cluster the list of all topics is long.
    await this.partitionsOf(topic);
    const offsets = await this.ask((admin) => admin.fetchTopicOffsets(topic), [topic]);
    return offsets.map(({ partition, low, high }) => ({ partition, first: low, end: high }));
  }

  /** Offsets that a group has committed; partitions without one are left out. */
  async committed(group: string, topic: string): Promise<Map<number, string>> {
    const [answer] = await this.ask((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }), [topic]);
    return new Map((answer?.partitions ?? []).filter(({ offset }) => offset !== '-1').map(({ partition, offset }) => [partition, offset]));
  }

  /** @throws DependencyUnavailableError, MissingTopicError */
  async progressOf(topic: string, group: string): Promise<GroupProgress[]> {
    const [ranges, committed] = await Promise.all([this.rangesOf(topic), this.committed(group, topic)]);
    return ranges
      .map(({ partition, first, end }) => ({ partition, position: atLeast(first, committed.get(partition)), end }))
      .sort((left, right) => left.partition - right.partition);
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }

  private async connected(): Promise<Admin> {
    if (this.admin !== undefined) return this.admin;
    this.connecting ??= this.connect().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin({ retry: { ...RETRY, retries: 3 } });
    try {
      await admin.connect();
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
    this.admin = admin;
    return admin;
  }
}

/** What has expired need not be handled any more, wherever the group was. */
function atLeast(first: string, committed: string | undefined): string {
  return committed === undefined || BigInt(committed) < BigInt(first) ? first : committed;
}
