import type { TopicDefinition } from '@attune/contracts';
import { kafkaConnection, openKafkaStream, openMemoryStream, type EventStream, type StreamOptions } from '@attune/event-stream';
import { CONFIGURATION, LOGGER, type Logger, Metrics, Readiness, Shutdown, Tracing } from '@attune/http-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import type { BaseConfiguration } from '../configuration/base-configuration';
import { EventConsumption } from './event-consumption';
import { consumerMetrics, streamObserver } from './stream-metrics';
import { streamTrace } from './stream-trace';

/** Under this name Nest has the stream: `@Inject(EVENT_STREAM) stream: EventStream`. */
export const EVENT_STREAM = Symbol('attune:event-stream');

/** What the stream of a service is made of. */
export interface EventStreamModuleOptions {
  /** Topics of the stream inside the process. On Kafka, `attune topics apply` makes them. */
  readonly topics: readonly TopicDefinition[];
  /** How the service names itself to the brokers. */
  readonly clientId: string;
}

/** The stream of a service: Kafka where KAFKA_BROKERS is set, else one inside the process; watched, traced, and closed in order. */
@Module({})
export class EventStreamModule {
  static forService(options: EventStreamModuleOptions): DynamicModule {
    const inject = [CONFIGURATION, LOGGER, Metrics, Tracing, Readiness, Shutdown];
    return {
      module: EventStreamModule,
      global: true,
      providers: [
        { provide: EVENT_STREAM, inject, useFactory: (...parts: StreamParts) => openStream(options, ...parts) },
        { provide: EventConsumption, inject: [EVENT_STREAM], useFactory: (stream: EventStream) => new EventConsumption(stream) },
      ],
      exports: [EVENT_STREAM],
    };
  }
}

type StreamParts = [BaseConfiguration, Logger, Metrics, Tracing, Readiness, Shutdown];

async function openStream(options: EventStreamModuleOptions, ...parts: StreamParts): Promise<EventStream> {
  const [configuration, logger, metrics, tracing, readiness, shutdown] = parts;
  const watched: StreamOptions = { logger, observer: streamObserver(metrics), trace: streamTrace(tracing) };
  const stream =
    configuration.kafkaBrokers === undefined
      ? openMemoryStream({ ...watched, topics: options.topics })
      : await openKafkaStream({ ...watched, ...(await kafkaConnection(configuration)), clientId: options.clientId });
  consumerMetrics(metrics, () => stream.status());
  readiness.add('events', () => eventsReady(stream));
  shutdown.add('storage', 'event stream', () => stream.close());
  return stream;
}

/** Ready are the consumers, or, in a service that only publishes, the broker. */
async function eventsReady(stream: EventStream): Promise<void> {
  const consumers = stream.status();
  if (consumers.length === 0) await stream.ping();
  const waiting = consumers.filter(({ ready }) => !ready);
  if (waiting.length > 0) throw new Error(waiting.map(({ topic, state, reason }) => `${topic}: ${reason ?? state}`).join('; '));
}
