import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS, type TopicDefinition } from '@attune/contracts';
import { openKafkaStream } from '@attune/event-stream';
import { startKafka } from '@attune/kafka-tool';
import { startPostgres } from '@attune/postgres-tool';
import { openDatabase } from '@attune/storage';
import { lookAtMachine } from '../machine';
import { peakMemoryOf } from '../measured-process';
import { startRecommender } from '../service-process';
import { percentile } from '../statistics';
import type { Result } from '../write-result';
import { generatedCatalogue, type GeneratedArticle } from './generated-catalogue';
import { promoteGeneratedHead } from './generated-head';
import { importArticles } from './import-articles';
import { EVENTS_OF_A_REQUEST, overHttp, overKafka, readFor, USERS, type Turn } from './reader-load';

export interface RecommendationBenchmarkOptions {
  /** Directory of an exported encoder. */
  encoder: string;
  items: number;
  /** Events a second that come in meanwhile. */
  events: number;
  /** Seconds of load. */
  seconds: number;
  /** Whether all is measured again with events that come in over Kafka. */
  kafka: boolean;
  /** Requests a second of the second turn. */
  rate: number;
  work: string;
  profile?: string;
  onRun: (what: string) => void;
  command: string;
}

const WARM_UP_SECONDS = 10;

/** What the turns with one way of ingestion came to. */
interface Measured {
  readonly ingestion: 'HTTP' | 'Kafka';
  readonly paced: CountedTurn;
  readonly full: CountedTurn;
  readonly memory: number;
  readonly readySeconds: number;
  /** From ready to texts that are searched in memory. */
  readonly inMemorySeconds: number;
}

interface CountedTurn extends Turn {
  /** Events that the database has more afterwards. */
  readonly events: number;
}

/** Asks the built service for lists over a large catalogue while events come in, on PostgreSQL. The catalogue of a former run is used as it is. */
export async function benchmarkRecommendation(options: RecommendationBenchmarkOptions): Promise<Result> {
  const { encoder, items, work, onRun } = options;
  const machine = await lookAtMachine();
  const articles = generatedCatalogue(items);
  const models = join(work, `recommendation-models-${String(items)}`);
  onRun('writing the head');
  await promoteGeneratedHead(models, encoder, articles);
  const postgres = await startPostgres({ dataFolder: join(work, `recommendation-${String(items)}`) });
  const environment = { ATTUNE_MODELS: models, ATTUNE_RATE_LIMIT: '0', DATABASE_URL: postgres.url };
  try {
    const preparing = await startRecommender({ environment });
    try {
      await importArticles(preparing.url, articles, onRun);
    } finally {
      await preparing.stop();
    }
    await settle(postgres.url);
    const measured = [await measure({ options, articles, environment, database: postgres.url })];
    if (options.kafka) {
      const kafka = await startKafka({ dataFolder: join(work, `recommendation-kafka-${String(process.pid)}`) });
      try {
        measured.push(await measure({ options, articles, environment, database: postgres.url, brokers: kafka.brokers }));
      } finally {
        await kafka.stop();
      }
    }
    return resultOf(measured, options, machine.note);
  } finally {
    await postgres.stop();
  }
}

/** Does now what the database would otherwise do after an import, while it is measured. */
async function settle(url: string): Promise<void> {
  const database = await openDatabase({ url, migrations: [], poolSize: 1, statementTimeout: 0 });
  try {
    await database.query((orm) => orm.execute('vacuum analyze'));
    await database.query((orm) => orm.execute('checkpoint'));
  } finally {
    await database.close();
  }
}

interface Ground {
  options: RecommendationBenchmarkOptions;
  articles: readonly GeneratedArticle[];
  environment: Record<string, string>;
  /** URL. */
  database: string;
  /** Of Kafka, over which events then come in. */
  brokers?: string;
}

async function measure({ options, articles, environment, database: url, brokers }: Ground): Promise<Measured> {
  const { profile, onRun, seconds, rate } = options;
  const stream = brokers === undefined ? undefined : await openKafkaStream({ brokers: [brokers], clientId: 'bench' });
  await stream?.applyTopics([TOPICS.catalogItems, TOPICS.behaviourEvents] as TopicDefinition[]);
  const own = brokers === undefined ? environment : { ...environment, KAFKA_BROKERS: brokers };
  const service = await startRecommender({ environment: own, profile });
  const database = await openDatabase({ url, migrations: [], poolSize: 1 });
  const countOf = async (): Promise<number> => {
    const { rows } = await database.query((orm) => orm.execute<{ count: string }>('select count(*)::text as count from events'));
    return Number(rows[0].count);
  };
  try {
    const ingest = stream === undefined ? overHttp(service.url) : overKafka(stream);
    const turn = async (length: number, at?: number): Promise<CountedTurn> => {
      const before = await countOf();
      const done = await readFor({ url: service.url, articles, seconds: length, events: options.events, ingest, rate: at });
      return { ...done, events: (await countOf()) - before };
    };
    const ingestion = stream === undefined ? 'HTTP' : 'Kafka';
    onRun('waiting until texts are searched in memory');
    const inMemorySeconds = await untilInMemory(service.url);
    onRun(`events over ${ingestion}: warming up for ${String(WARM_UP_SECONDS)} s`);
    await turn(WARM_UP_SECONDS);
    onRun(`${String(rate)} requests a second for ${String(seconds)} s`);
    const paced = await turn(seconds, rate);
    onRun(`one request after the other for ${String(seconds)} s`);
    const full = await turn(seconds);
    return { ingestion, paced, full, memory: peakMemoryOf(service.pid) ?? NaN, readySeconds: service.readySeconds, inMemorySeconds };
  } finally {
    await service.stop();
    await database.close();
    await stream?.close();
  }
}

/** Seconds after which texts are taken for too many to be held in memory. */
const LONGEST_FILLING = 600;

/**
 * Waits until the service searches texts in memory, as it does most of the time: before, the database searches.
 *
 * @returns seconds; Infinity where the database goes on searching
 */
async function untilInMemory(url: string): Promise<number> {
  const began = performance.now();
  const waited = (): number => (performance.now() - began) / 1_000;
  while (waited() < LONGEST_FILLING) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (/^attune_texts_in_memory\{.*\} 1$/m.test(metrics)) return waited();
    await pause(500);
  }
  return Infinity;
}

function whoSearched(inMemorySeconds: number): string {
  return Number.isFinite(inMemorySeconds)
    ? `Texts were searched in memory ${inMemorySeconds.toFixed(0)} s after that, and by the database until then; lists were asked for afterwards.`
    : 'Texts were searched by the database throughout.';
}

function resultOf(measured: readonly Measured[], { items, events, rate, command }: RecommendationBenchmarkOptions, note: string): Result {
  const row = (name: string, { latencies, seconds, events: taken }: CountedTurn, aim: string): string[] => [
    name,
    `${percentile(latencies, 0.5).toFixed(1)} ms`,
    `${percentile(latencies, 0.99).toFixed(1)} ms`,
    (latencies.length / seconds).toFixed(0),
    (taken / seconds).toFixed(0),
    aim,
  ];
  const [{ paced }] = measured;
  const bases = Object.entries(paced.bases).map(([basis, count]) => `${basis} ${String(count)}`);
  const largest = Math.max(...measured.map(({ memory }) => memory));
  return {
    name: 'recommendation',
    title: 'Recommendations on PostgreSQL, beside ingestion',
    command,
    summary:
      `Lists of 10 of ${String(items)} generated items, for ${String(USERS)} readers, while ${String(events)} events a second come in, ${String(EVENTS_OF_A_REQUEST)} a request or a batch. ` +
      'A request is measured to its whole answer, the impression written. The encoder is all-MiniLM-L6-v2, the rest of the head is made up, with a full collaborative row for each item. ' +
      'Load, service, database and broker share the processors; the database is durable.',
    columns: ['', 'p50', 'p99', 'lists a second', 'events a second', 'aim'],
    rows: measured.flatMap(({ ingestion, paced: calm, full }) => [
      row(`events over ${ingestion}, ${String(rate)} requests a second`, calm, 'p99 ≤ 30 ms'),
      row(`events over ${ingestion}, one request after the other`, full, ''),
    ]),
    notes: [
      `Lists of the first row by what they stand on: ${bases.join(', ')}.`,
      `From its start to ready the service took ${measured.map(({ readySeconds }) => `${readySeconds.toFixed(1)} s`).join(' and ')} (aim 5); its memory reached ${(largest / 1e9).toFixed(2)} × 10⁹ bytes (aim 2).`,
      measured.map(({ inMemorySeconds }) => whoSearched(inMemorySeconds)).join(' '),
      note,
    ],
  };
}
