import type { EventStream } from '@attune/event-stream';
import { LOGGER, type Logger, Metrics, Shutdown } from '@attune/http-kit';
import { OutboxRelay, type Database } from '@attune/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { EVENT_STREAM } from '../events/event-stream.module';
import { DATABASE } from './database.module';

/** What is not published by then stays in the outbox for the next start: milliseconds. */
const FLUSH_TIMEOUT = 10_000;

/** Publishes the outbox of the service's database on its stream, from the start until everything written is out at the shutdown. */
@Module({})
export class OutboxModule {
  static forService(): DynamicModule {
    const inject = [DATABASE, EVENT_STREAM, LOGGER, Metrics, Shutdown];
    return {
      module: OutboxModule,
      global: true,
      providers: [{ provide: OutboxRelay, inject, useFactory: startRelay }],
      exports: [OutboxRelay],
    };
  }
}

function startRelay(database: Database, stream: EventStream, logger: Logger, metrics: Metrics, shutdown: Shutdown): OutboxRelay {
  const registers = [metrics.registry];
  const published = new Counter({
    name: 'attune_outbox_published_total',
    help: 'Messages of the outbox that the broker has',
    labelNames: ['topic'],
    registers,
  });
  const relay = new OutboxRelay({
    database,
    publish: (topic, messages) => stream.publish(topic, messages),
    onError: (error) => logger.warn({ err: error }, 'the outbox could not be published and is tried again'),
    onPublished: (topic, count) => published.inc({ topic }, count),
  });
  watchBacklog(relay, metrics);
  shutdown.add('outbox', 'outbox relay', async (deadline) => {
    try {
      await relay.flush(AbortSignal.any([deadline, AbortSignal.timeout(FLUSH_TIMEOUT)]));
    } finally {
      await relay.stop();
    }
  });
  relay.start();
  return relay;
}

function watchBacklog(relay: OutboxRelay, { registry }: Metrics): void {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'attune_outbox_oldest_seconds',
    help: 'Age of the oldest message that is not published yet',
    registers,
  });
  new Gauge({
    name: 'attune_outbox_backlog',
    help: 'Messages of the outbox that are not published yet',
    registers,
    async collect() {
      try {
        const { count, oldestAge } = await relay.backlog();
        this.set(count);
        oldest.set(oldestAge / 1000);
      } catch {
        // The database is away, which readiness tells; a number from before would be wrong.
        this.set(Number.NaN);
        oldest.set(Number.NaN);
      }
    },
  });
  new Gauge({
    name: 'attune_outbox_relay_active',
    help: '1 where this process is the one that publishes the outbox',
    registers,
    collect() {
      this.set(relay.isActive ? 1 : 0);
    },
  });
}
