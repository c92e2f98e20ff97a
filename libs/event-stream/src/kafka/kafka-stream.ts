import { AttuneError } from '@attune/artifact';
import type { TopicDefinition } from '@attune/contracts';
import type { Kafka } from 'kafkajs';
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
import { withTrace } from '../trace';
import { applyTopics } from './apply-topics';
import { KafkaAdmin } from './kafka-admin';
import { kafkaClient } from './kafka-client';
import { KafkaConsumer } from './kafka-consumer';
import type { KafkaStreamOptions } from './kafka-options';
import { KafkaPublisher } from './kafka-publisher';
import { readToEnd } from './read-to-end';

/**
 * A stream on Kafka. Connects when it is first used, so that a service starts while the brokers are away.
 *
 * @throws AttuneError `bad-config` where no broker is named
 */
export async function openKafkaStream(options: KafkaStreamOptions): Promise<EventStream> {
  if (options.brokers.length === 0 || options.brokers.some((broker) => !/^\S+:\d+$/.test(broker))) {
    throw new AttuneError('bad-config', `Kafka's brokers are named as host:port, not as "${options.brokers.join(',')}".`, {
      remedy: 'For instance: KAFKA_BROKERS=127.0.0.1:9092',
    });
  }
  return new KafkaStream(options);
}

class KafkaStream implements EventStream {
  private readonly kafka: Kafka;
  private readonly admin: KafkaAdmin;
  private readonly publisher: KafkaPublisher;
  private consumers: KafkaConsumer[] = [];

  constructor(private readonly options: KafkaStreamOptions) {
    this.kafka = kafkaClient(options);
    this.admin = new KafkaAdmin(this.kafka);
    this.publisher = new KafkaPublisher(this.kafka, this.admin, options);
  }

  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.publisher.publish(topic, withTrace(messages, this.options.trace));
  }

  async subscribe<E>(subscription: Subscription<E>): Promise<RunningSubscription> {
    const consumer = new KafkaConsumer(subscription as Subscription<unknown>, {
      kafka: this.kafka,
      admin: this.admin,
      options: this.options,
      publish: (topic, messages) => this.publisher.publish(topic, messages),
      stopped: (stopped) => (this.consumers = this.consumers.filter((other) => other !== stopped)),
    });
    await consumer.start();
    this.consumers.push(consumer);
    return consumer;
  }

  applyTopics(definitions: readonly TopicDefinition[], options?: ApplyTopicsOptions): Promise<TopicChange[]> {
    return applyTopics(this.admin, definitions, options);
  }

  readToEnd(topic: string, handle: (messages: readonly IncomingMessage[]) => Promise<void>, signal?: AbortSignal): Promise<void> {
    return readToEnd({ kafka: this.kafka, admin: this.admin, options: this.options }, topic, handle, signal);
  }

  progress(topic: string, group: string): Promise<GroupProgress[]> {
    return this.admin.progressOf(topic, group);
  }

  status(): ConsumerStatus[] {
    return this.consumers.map((consumer) => consumer.status());
  }

  async ping(): Promise<void> {
    await this.admin.ask((connection) => connection.describeCluster());
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await this.publisher.close();
    await this.admin.close();
  }
}
