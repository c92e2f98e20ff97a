import { CompressionTypes, Partitioners, type Kafka, type Message, type PartitionMetadata, type Producer } from 'kafkajs';
import type { RawMessage } from '../delivery/queued-message';
import { DependencyUnavailableError } from '../errors';
import type { KafkaAdmin } from './kafka-admin';
import { RETRY } from './kafka-client';
import { streamError } from './kafka-errors';
import type { KafkaStreamOptions } from './kafka-options';
import { messageBytes, PartitionBacklog, PublishTicket, type PartitionItems } from './partition-backlog';

const MAX_BATCH_BYTES = 900_000;
/** Encoding a request holds up the event loop: some 25 ms a megabyte. */
const MAX_REQUEST_BYTES = 400_000;
/** The hash of the key decides, murmur2 as in Kafka's own client. */
const partitionByKey = Partitioners.DefaultPartitioner();

/**
 * Publishes with an idempotent producer, acknowledged by all in-sync replicas. One request is under way at a time, so
 * that order holds; what comes meanwhile goes together in the next.
 */
export class KafkaPublisher {
  private readonly backlog: PartitionBacklog;
  private producer: Producer | undefined;
  private sending: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: KafkaAdmin,
    private readonly options: KafkaStreamOptions,
  ) {
    this.backlog = new PartitionBacklog(options.maxBatchBytes ?? MAX_BATCH_BYTES, MAX_REQUEST_BYTES);
  }

  /** @throws DependencyUnavailableError, MissingTopicError, AttuneError `bad-data` where a message is too large */
  async publish(topic: string, messages: readonly RawMessage[]): Promise<void> {
    if (this.isClosed) throw new DependencyUnavailableError('The stream is closed.');
    if (messages.length === 0) return;
    const startedAt = performance.now();
    const count = await this.admin.partitionsOf(topic);
    const partitions = Array.from({ length: count }, emptyMetadata);
    const ticket = new PublishTicket(messages.length);
    for (const { key, value, headers } of messages) {
      const message: Message = { key, value, headers };
      const partition = partitionByKey({ topic, partitionMetadata: partitions, message });
      message.partition = partition;
      this.backlog.add(topic, partition, { message, bytes: messageBytes(message), ticket });
    }
    this.sending ??= this.sendAll();
    await ticket.published;
    this.options.observer?.published?.({ topic, messages: messages.length, seconds: (performance.now() - startedAt) / 1000 });
  }

  /** Sends what waits, then closes the connections. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.sending;
    await this.discardProducer();
  }

  private async sendAll(): Promise<void> {
    // What is published in the same turn of the event loop goes together.
    await Promise.resolve();
    while (!this.backlog.isEmpty) {
      const request = this.backlog.takeRequest();
      if (request.length > 0) await this.send(request);
    }
    this.sending = undefined;
  }

  private async send(request: readonly PartitionItems[]): Promise<void> {
    try {
      const producer = await this.connected();
      await producer.sendBatch({
        acks: -1,
        compression: this.options.compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
        topicMessages: byTopic(request),
      });
      for (const { items } of request) for (const { ticket } of items) ticket.done();
    } catch (error) {
      const topics = [...new Set(request.map(({ topic }) => topic))];
      for (const topic of topics) this.admin.forgetPartitions(topic);
      // The broker may count its sequence numbers on, or not: only a new producer agrees with it for certain.
      await this.discardProducer();
      const failure = streamError(error, topics);
      for (const { items } of request) for (const { ticket } of items) ticket.fail(failure);
    }
  }

  private async connected(): Promise<Producer> {
    if (this.producer !== undefined) return this.producer;
    const producer = this.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      retry: RETRY,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    this.producer = producer;
    await producer.connect();
    return producer;
  }

  private async discardProducer(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}

function byTopic(request: readonly PartitionItems[]): { topic: string; messages: Message[] }[] {
  const topics = new Map<string, Message[]>();
  for (const { topic, items } of request) {
    const messages = topics.get(topic) ?? [];
    topics.set(topic, messages);
    for (const { message } of items) messages.push(message);
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

function emptyMetadata(_: unknown, partitionId: number): PartitionMetadata {
  return { partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] };
}
