import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type TopicDefinition, type WatchInput } from '@attune/contracts';
import { openKafkaStream, type EventStream, type IncomingMessage, type OutgoingMessage } from '@attune/event-stream';
import { startKafka, type RunningKafka } from '@attune/kafka-tool';
import { freePort, type RunningPostgres } from '@attune/postgres-tool';
import { openDatabase, type Database } from '@attune/storage';
import { AlertFollower } from './alert-follower';
import { MonitorProcess } from './monitor-process';
import { WebhookReceiver } from './webhook-receiver';

/** Groups of the monitor's two stages. */
export const GROUPS = { scoring: 'sentiment-monitor.scoring', detection: 'sentiment-monitor.detection' } as const;
/** Messages by which publishing is ahead of scoring at most: the service has work in hand all the time, and is not done at once. */
const AHEAD = 1_500;
const CHUNK = 250;
const POLL = 50;
/** Milliseconds that the broker may be away. */
const AWAY = 120_000;

export interface SystemOptions {
  readonly postgres: RunningPostgres;
  /** Name of the database that is made for it. */
  readonly database: string;
  /** Folder of a model store with a promoted sentiment head. */
  readonly models: string;
  /** Partitions of `market.documents`. */
  readonly partitions: number;
  readonly watches: readonly WatchInput[];
  /** Variables of each instance, beside those that say where everything is. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the instances log. */
  readonly logs: string;
}

/** Kafka, PostgreSQL and the monitor's instances, with somebody who publishes and subscribers of its alerts. */
export class MarketSystem {
  readonly follower: AlertFollower;
  private readonly instances: (MonitorProcess | undefined)[] = [];
  private readonly ports = new Map<number, number>();

  private constructor(
    readonly kafka: RunningKafka,
    readonly postgres: RunningPostgres,
    readonly stream: EventStream,
    readonly database: Database,
    private readonly databaseUrl: string,
    readonly webhook: WebhookReceiver,
    /** Names of the watches by their ids. */
    readonly watchNames: Map<string, string>,
    private readonly options: SystemOptions,
    first: { instance: MonitorProcess; port: number },
  ) {
    this.instances.push(first.instance);
    this.ports.set(0, first.port);
    this.follower = new AlertFollower(first.instance.url);
  }

  /** Starts everything, with one instance of the monitor. */
  static async open(options: SystemOptions): Promise<MarketSystem> {
    await mkdir(options.logs, { recursive: true });
    const kafka = await startKafka();
    const stream = await openKafkaStream({ brokers: [kafka.brokers], clientId: 'chaos', requestTimeout: 10_000 });
    const webhook = await WebhookReceiver.open();
    const databaseUrl = await options.postgres.createDatabase(options.database);
    await stream.applyTopics(topics(options.partitions));
    const port = await freePort();
    const instance = start(options, { kafka, databaseUrl, port, number: 0 });
    await instance.untilReady();
    await instance.post('/v1/webhooks', { url: webhook.url, secret: 'a secret of sixteen or more' });
    const names = new Map<string, string>();
    for (const watch of options.watches) names.set((await instance.post<{ id: string }>('/v1/watches', watch)).id, watch.name);
    const database = await openDatabase({ url: databaseUrl, migrations: [], poolSize: 1 });
    const system = new MarketSystem(kafka, options.postgres, stream, database, databaseUrl, webhook, names, options, { instance, port });
    await system.follower.connected;
    return system;
  }

  /** An instance by its number, where it runs. */
  instance(number: number): MonitorProcess | undefined {
    return this.instances[number];
  }

  /** Starts an instance, the first again or another beside it; returns at once. */
  async startInstance(number: number): Promise<MonitorProcess> {
    const port = this.ports.get(number) ?? (await freePort());
    this.ports.set(number, port);
    const instance = start(this.options, { kafka: this.kafka, databaseUrl: this.databaseUrl, port, number });
    this.instances[number] = instance;
    return instance;
  }

  async killInstance(number: number): Promise<void> {
    await this.instances[number]?.kill();
    this.instances[number] = undefined;
  }

  /** Asks an instance to end. @returns its exit status */
  async stopInstance(number: number): Promise<number | null | undefined> {
    const status = await this.instances[number]?.stop();
    this.instances[number] = undefined;
    return status;
  }

  /** Publishes messages in their order, as fast as the monitor takes them, again where the broker does not answer for them. */
  async publish(messages: readonly OutgoingMessage[], onPublished: (count: number) => void): Promise<void> {
    for (let start = 0; start < messages.length; start += CHUNK) {
      const chunk = messages.slice(start, start + CHUNK);
      await this.ask(() => this.stream.publish(TOPICS.marketDocuments.name, chunk));
      onPublished(start + chunk.length);
      while ((await this.behind(TOPICS.marketDocuments.name, GROUPS.scoring)) > AHEAD) await sleep(POLL);
    }
  }

  /** Messages of a topic that a group has not handled. */
  async behind(topic: string, group: string): Promise<number> {
    const progress = await this.ask(() => this.stream.progress(topic, group));
    return progress.reduce((sum, { position, end }) => sum + Number(BigInt(end) - BigInt(position)), 0);
  }

  /** Messages that were ever published to a topic. */
  async published(topic: string): Promise<number> {
    return (await this.ask(() => this.stream.progress(topic, 'nobody'))).reduce((sum, { end }) => sum + Number(end), 0);
  }

  /** Every message of a topic, each partition's in order. */
  everythingOn(topic: string): Promise<IncomingMessage[]> {
    return this.ask(async () => {
      const messages: IncomingMessage[] = [];
      await this.stream.readToEnd(topic, (read) => Promise.resolve(void messages.push(...read)));
      return messages;
    });
  }

  /** Ends everything but PostgreSQL, whatever state it is in. */
  async close(): Promise<void> {
    await this.follower.close();
    await Promise.all(this.instances.map((instance) => instance?.kill()));
    await this.webhook.close();
    await this.stream.close();
    await this.database.close();
    await this.kafka.stop();
  }

  /** Asks until the broker answers: it may be away on purpose. */
  private async ask<T>(question: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + AWAY;
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(POLL);
      }
    }
  }
}

function topics(partitions: number): TopicDefinition[] {
  const { marketDocuments, marketSentiment, marketTrends, alertsSentiment } = TOPICS;
  return [{ ...marketDocuments, partitions }, marketSentiment, marketTrends, alertsSentiment] as TopicDefinition[];
}

function start(
  { models, environment, logs }: SystemOptions,
  { kafka, databaseUrl, port, number }: { kafka: RunningKafka; databaseUrl: string; port: number; number: number },
): MonitorProcess {
  return MonitorProcess.start({
    port,
    logFile: join(logs, `instance-${number}.log`),
    environment: {
      KAFKA_BROKERS: kafka.brokers,
      DATABASE_URL: databaseUrl,
      ATTUNE_MODELS: models,
      // The documents are of the past: time is what they say.
      ATTUNE_CLOCK: 'documents',
      ATTUNE_WEBHOOK_PRIVATE_ADDRESSES: 'true',
      ...environment,
    },
  });
}
