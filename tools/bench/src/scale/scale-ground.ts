import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TOPICS, type MarketDocument, type TopicDefinition, type WatchInput } from '@attune/contracts';
import { openKafkaStream, type EventStream } from '@attune/event-stream';
import { startKafka, type RunningKafka } from '@attune/kafka-tool';
import { startPostgres, type RunningPostgres } from '@attune/postgres-tool';
import { createDatabase, dropDatabase, openDatabase, type Database } from '@attune/storage';
import { sql } from 'drizzle-orm';
import { prepareKnowledge } from '../dialogue/benchmark-dialogue';
import type { GeneratedEntry } from '../dialogue/generated-knowledge';
import { importArticles } from '../recommendation/benchmark-recommendation';
import type { GeneratedArticle } from '../recommendation/generated-catalogue';
import { startCustomerService, startMonitor, startRecommender } from '../service-process';
import { createWatches } from '../stream/stream-ground';
import { Replicas } from './replicas';

/** The three services, by what they are called everywhere. */
export const SERVICES = ['sentiment-monitor', 'customer-service', 'recommender'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What the services know, and what is asked of them. */
export interface ScaleWorld {
  /** Model stores with a promoted head of each service. */
  readonly models: Readonly<Record<ServiceName, string>>;
  readonly documents: readonly MarketDocument[];
  readonly watches: readonly WatchInput[];
  /** Of the services' customer. */
  readonly entries: readonly GeneratedEntry[];
  readonly articles: readonly GeneratedArticle[];
}

/** One Kafka and one PostgreSQL, with a database for each service, before which instances come and go. */
export interface ScaleGround {
  readonly world: ScaleWorld;
  readonly stream: EventStream;
  readonly databases: Readonly<Record<ServiceName, Database>>;
  readonly kafkaPid: number;
  readonly postgresPid: number;
  /** Instances of a service, none of which runs yet. */
  replicasOf(service: ServiceName, environment?: NodeJS.ProcessEnv): Replicas;
  /** Gives an instance what its service must know, the first time. */
  prepare(service: ServiceName, url: string): Promise<void>;
  /** Ends broker and database. One that stays keeps what the services know, and what people did until it is opened again. */
  close(): Promise<void>;
}

export interface ScaleGroundOptions {
  readonly world: ScaleWorld;
  /** For what the broker keeps. */
  readonly work: string;
  /** Where the database stays, with what the services know; without it, it is temporary. */
  readonly databaseFolder?: string;
  /** Variables of every instance. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly onRun: (what: string) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Every test of those that consume has so many instances at most; the contracts say how many partitions there are. */
const USED_TOPICS = [
  TOPICS.marketDocuments,
  TOPICS.marketSentiment,
  TOPICS.marketTrends,
  TOPICS.alertsSentiment,
  TOPICS.supportConversations,
  TOPICS.catalogItems,
  TOPICS.behaviourEvents,
  TOPICS.modelsPromoted,
] as TopicDefinition[];
const STARTERS = { 'sentiment-monitor': startMonitor, 'customer-service': startCustomerService, recommender: startRecommender } as const;
/** What a former run left of people is deleted; knowledge and catalogue take minutes to make, and stay. */
const LEFT_BEHIND: Readonly<Partial<Record<ServiceName, string>>> = {
  'customer-service': 'truncate conversations, attune_outbox cascade',
  recommender: 'truncate events, forgotten_events, impressions, attune_inbox cascade',
};

/** Starts broker and database (durable, as in production), and makes topics as the contracts say and databases. */
export async function openScaleGround({ world, work, databaseFolder, environment, onRun }: ScaleGroundOptions): Promise<ScaleGround> {
  const folder = join(work, `scale-${process.pid}`);
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
    const { brokers, pid: kafkaPid } = kafka;
    postgres = await startPostgres(databaseFolder === undefined ? {} : { dataFolder: databaseFolder });
    const stream = await openKafkaStream({ brokers: [brokers], clientId: 'bench' });
    closing.push(() => stream.close());
    await stream.applyTopics(USED_TOPICS);
    const opened = await openDatabases(postgres.url);
    for (const { database } of Object.values(opened)) closing.push(() => database.close());
    const prepared = new Set<ServiceName>();
    return {
      world,
      stream,
      kafkaPid,
      postgresPid: postgres.pid,
      databases: {
        'sentiment-monitor': opened['sentiment-monitor'].database,
        'customer-service': opened['customer-service'].database,
        recommender: opened.recommender.database,
      },
      replicasOf: (service, more) =>
        new Replicas(() =>
          STARTERS[service]({
            environment: {
              ATTUNE_MODELS: world.models[service],
              ATTUNE_RATE_LIMIT: '0',
              KAFKA_BROKERS: brokers,
              DATABASE_URL: opened[service].url,
              ...environment,
              ...more,
            },
          }),
        ),
      prepare: async (service, url) => {
        if (prepared.has(service)) return;
        prepared.add(service);
        if (service === 'sentiment-monitor') await createWatches(url, world.watches);
        else if (service === 'customer-service') await prepareKnowledge(url, world.entries, onRun);
        else await importArticles(url, world.articles, onRun);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Opened = Readonly<Record<ServiceName, { readonly url: string; readonly database: Database }>>;

async function openDatabases(server: string): Promise<Opened> {
  // Its documents say when they were published, and their offsets are those of a broker that is gone.
  await dropDatabase(server, 'sentiment-monitor');
  const first = await openDatabase({ url: server, migrations: [], poolSize: 1 });
  const { rows } = await first.query((orm) => orm.execute<{ datname: string }>(sql`select datname from pg_database`));
  await first.close();
  const open = async (service: ServiceName): Promise<Opened[ServiceName]> => {
    const isThere = rows.some(({ datname }) => datname === service);
    const url = isThere ? Object.assign(new URL(server), { pathname: `/${service}` }).href : await createDatabase(server, service);
    const database = await openDatabase({ url, migrations: [], poolSize: 2 });
    const left = LEFT_BEHIND[service];
    if (isThere && left !== undefined) await database.query((orm) => orm.execute(sql.raw(left)));
    return { url, database };
  };
  return {
    'sentiment-monitor': await open('sentiment-monitor'),
    'customer-service': await open('customer-service'),
    recommender: await open('recommender'),
  };
}
