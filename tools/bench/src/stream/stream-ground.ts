import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TOPICS, type MarketDocument, type TopicDefinition, type WatchInput } from '@attune/contracts';
import { cloudEventMessage, openKafkaStream, type EventStream } from '@attune/event-stream';
import { startKafka, type RunningKafka } from '@attune/kafka-tool';
import { toDocumentEvent } from '@attune/opinion';
import { startPostgres, type RunningPostgres } from '@attune/postgres-tool';
import { openDatabase, type Database } from '@attune/storage';
import { startMonitor } from '../service-process';
import type { RunningServer } from '../serving/server-process';

/** A monitor on a real Kafka and a real PostgreSQL that nothing else uses. */
export interface StreamGround {
  readonly monitor: RunningServer;
  readonly stream: EventStream;
  readonly database: Database;
  /** Ends all of it, and removes its data. */
  close(): Promise<void>;
}

export interface StreamGroundOptions {
  /** Model store with a promoted sentiment head. */
  models: string;
  work: string;
  /** wall: time is now; documents: time is what documents say. */
  clock: 'wall' | 'documents';
  watches: readonly WatchInput[];
  profile?: string | undefined;
}

/** Documents that are published together. */
const BATCH = 500;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Starts broker, database (durable, as in production) and service, and creates the watches. */
export async function openStreamGround({ models, work, clock, watches, profile }: StreamGroundOptions): Promise<StreamGround> {
  const folder = join(work, `stream-${process.pid}-${clock}`);
  await mkdir(folder, { recursive: true });
  let kafka: RunningKafka | undefined;
  let postgres: RunningPostgres | undefined;
  const closing: (() => Promise<unknown>)[] = [];
  const endEarly = (): void => void close().finally(() => process.exit(1));
  const close = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, endEarly);
    for (const end of closing.reverse()) await end();
    await postgres?.stop();
    await kafka?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  // Broker and database outlive this process unless they are stopped.
  for (const signal of SIGNALS) process.once(signal, endEarly);
  try {
    kafka = await startKafka({ dataFolder: join(folder, 'kafka') });
    postgres = await startPostgres({ dataFolder: join(folder, 'postgres') });
    const stream = await openKafkaStream({ brokers: [kafka.brokers], clientId: 'bench' });
    closing.push(() => stream.close());
    await stream.applyTopics([
      TOPICS.marketDocuments,
      TOPICS.marketSentiment,
      TOPICS.marketTrends,
      TOPICS.alertsSentiment,
    ] as TopicDefinition[]);
    const url = await postgres.createDatabase('monitor');
    const monitor = await startMonitor({
      environment: {
        ATTUNE_MODELS: models,
        ATTUNE_CLOCK: clock,
        KAFKA_BROKERS: kafka.brokers,
        DATABASE_URL: url,
      },
      profile,
    });
    closing.push(() => monitor.stop());
    const database = await openDatabase({ url, migrations: [], poolSize: 2 });
    closing.push(() => database.close());
    await createWatches(monitor.url, watches);
    return { monitor, stream, database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Publishes documents as the service's own intake does. */
export async function publishDocuments(stream: EventStream, documents: readonly MarketDocument[]): Promise<void> {
  for (let start = 0; start < documents.length; start += BATCH) {
    const batch = documents.slice(start, start + BATCH);
    await stream.publish(
      TOPICS.marketDocuments.name,
      batch.map((document) => cloudEventMessage(TOPICS.marketDocuments, document.id, toDocumentEvent(document))),
    );
  }
}

/** Creates watches, one after the other. */
export async function createWatches(url: string, watches: readonly WatchInput[]): Promise<void> {
  for (const watch of watches) {
    const answer = await fetch(`${url}/v1/watches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(watch),
    });
    if (!answer.ok) throw new Error(`The watch ${watch.name} was refused: ${await answer.text()}`);
    await answer.body?.cancel();
  }
}
