import type { ConsumerStatus, StreamObserver } from '@attune/event-stream';
import type { Metrics } from '@attune/http-kit';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Seconds that a batch of events takes. */
const BATCH_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts what a stream tells. */
export function streamObserver({ registry }: Metrics): Required<Omit<StreamObserver, 'changed'>> {
  const registers = [registry];
  const published = new Counter({
    name: 'attune_events_published_total',
    help: 'Messages that the broker has acknowledged',
    labelNames: ['topic'],
    registers,
  });
  const publishing = new Histogram({
    name: 'attune_events_publish_duration_seconds',
    help: 'From publishing to the acknowledgement of the broker',
    labelNames: ['topic'],
    buckets: BATCH_BUCKETS,
    registers,
  });
  const labelNames = ['topic', 'group'];
  const handled = new Counter({ name: 'attune_events_handled_total', help: 'Messages whose offsets are committed', labelNames, registers });
  const handling = new Histogram({
    name: 'attune_events_batch_duration_seconds',
    help: 'From the start of the work on a batch to the commit of its offsets',
    labelNames,
    buckets: BATCH_BUCKETS,
    registers,
  });
  const retried = new Counter({ name: 'attune_events_retried_total', help: 'Batches that were tried again', labelNames, registers });
  const deadLettered = new Counter({
    name: 'attune_events_dead_lettered_total',
    help: 'Messages that went to dead letters: invalid ones, and ones whose handling failed',
    labelNames: [...labelNames, 'reason'],
    registers,
  });
  return {
    published: ({ topic, messages, seconds }) => {
      published.inc({ topic }, messages);
      publishing.observe({ topic }, seconds);
    },
    handled: ({ topic, group, messages, seconds }) => {
      handled.inc({ topic, group }, messages);
      handling.observe({ topic, group }, seconds);
    },
    retried: ({ topic, group }) => retried.inc({ topic, group }),
    deadLettered: ({ topic, group, reason }) => deadLettered.inc({ topic, group, reason }),
  };
}

/** Shows how the consumers are, asked at every scrape: whether they are ready, and their lag by partition. */
export function consumerMetrics({ registry }: Metrics, status: () => readonly ConsumerStatus[]): void {
  const registers = [registry];
  new Gauge({
    name: 'attune_consumer_ready',
    help: '1 where the consumer has joined its group, heartbeats, and what its handler needs is there',
    labelNames: ['topic', 'group'],
    registers,
    collect() {
      this.reset();
      for (const { topic, group, ready } of status()) this.set({ topic, group }, ready ? 1 : 0);
    },
  });
  new Gauge({
    name: 'attune_consumer_lag',
    help: 'Messages of a partition that are not handled yet',
    labelNames: ['topic', 'group', 'partition'],
    registers,
    collect() {
      this.reset();
      for (const { topic, group, partitions } of status()) {
        for (const { partition, lag } of partitions) this.set({ topic, group, partition: String(partition) }, lag);
      }
    },
  });
}
