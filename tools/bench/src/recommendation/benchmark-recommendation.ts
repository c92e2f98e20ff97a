import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Behaviour } from '@attune/contracts';
import { startPostgres } from '@attune/postgres-tool';
import { json } from '../dialogue/searchable-writes';
import { lookAtMachine } from '../machine';
import { startRecommender } from '../service-process';
import { percentile } from '../statistics';
import type { Result } from '../write-result';
import { generatedCatalogue, type GeneratedArticle } from './generated-catalogue';
import { promoteGeneratedHead } from './generated-head';

export interface RecommendationBenchmarkOptions {
  /** Directory of an exported encoder. */
  encoder: string;
  items: number;
  /** Events a second that come in meanwhile. */
  events: number;
  /** Seconds of load. */
  seconds: number;
  /** Requests a second of the second turn. */
  rate: number;
  work: string;
  profile?: string;
  onRun: (what: string) => void;
  command: string;
}

/** What a turn came to. */
interface Turn {
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** Events that were taken in meanwhile. */
  readonly events: number;
  readonly bases: Readonly<Record<string, number>>;
}

/** Events of one request, as a website gathers them. */
const EVENTS_OF_A_REQUEST = 20;
/** Readers of whom there are events. */
export const USERS = 5_000;
const WARM_UP_SECONDS = 10;
const IMPORTED_TOGETHER = 10_000;
const TYPES = ['viewed', 'viewed', 'viewed', 'clicked', 'purchased'] as const;
/** Columns of an answer that are looked at. */
interface Answer {
  readonly basis: string;
  readonly items: readonly unknown[];
}

/** Asks the built service for lists over a large catalogue while events come in, on PostgreSQL. The catalogue of a former run is used as it is. */
export async function benchmarkRecommendation(options: RecommendationBenchmarkOptions): Promise<Result> {
  const { encoder, items, work, profile, onRun } = options;
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
    const service = await startRecommender({ environment, profile });
    try {
      const turn = (seconds: number, rate?: number) => ask(service.url, articles, { seconds, events: options.events, rate });
      onRun(`warming up for ${String(WARM_UP_SECONDS)} s`);
      await turn(WARM_UP_SECONDS);
      onRun(`${String(options.rate)} requests a second for ${String(options.seconds)} s`);
      const paced = await turn(options.seconds, options.rate);
      onRun(`one request after the other for ${String(options.seconds)} s`);
      const full = await turn(options.seconds);
      const memory = await largestMemory(service.pid);
      return resultOf({ paced, full, memory, readySeconds: service.readySeconds }, options, machine.note);
    } finally {
      await service.stop();
    }
  } finally {
    await postgres.stop();
  }
}

/** Imports the articles that are not there. */
export async function importArticles(url: string, articles: readonly GeneratedArticle[], onRun: (what: string) => void): Promise<void> {
  for (let from = 0; from < articles.length; from += IMPORTED_TOGETHER) {
    const part = articles.slice(from, from + IMPORTED_TOGETHER);
    const there = await fetch(`${url}/v1/items/${part[part.length - 1].id}`);
    await there.body?.cancel();
    if (there.status !== 404) continue;
    onRun(`importing ${String(part.length)} items`);
    const body = part.map((article) => JSON.stringify(article)).join('\n');
    const answer = await fetch(`${url}/v1/items/import`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });
    onRun((await answer.text()).trimEnd().split('\n').slice(-1)[0]);
  }
}

async function ask(
  url: string,
  articles: readonly GeneratedArticle[],
  { seconds, events, rate }: { seconds: number; events: number; rate?: number | undefined },
): Promise<Turn> {
  const started = performance.now();
  const end = started + 1_000 * seconds;
  let sent = 0;
  const ingestion = (async () => {
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - started) / 1_000) * events);
      for (; sent + EVENTS_OF_A_REQUEST <= due; sent += EVENTS_OF_A_REQUEST)
        await json(`${url}/v1/events`, { events: eventsFrom(sent, EVENTS_OF_A_REQUEST, articles) });
      await pause(5);
    }
  })();
  const latencies: number[] = [];
  const bases: Record<string, number> = {};
  const request = async (number: number): Promise<void> => {
    const sentAt = performance.now();
    const { basis } = (await json(`${url}/v1/recommendations`, {
      user: `reader-${String((number * 7_919) % USERS)}`,
      limit: 10,
    })) as Answer;
    latencies.push(performance.now() - sentAt);
    bases[basis] = (bases[basis] ?? 0) + 1;
  };
  if (rate === undefined) for (let number = 0; performance.now() < end; number++) await request(number);
  else {
    const running: Promise<void>[] = [];
    for (let number = 0; performance.now() < end; number++) {
      running.push(request(number));
      await pause(Math.max(0, started + (1_000 * (number + 1)) / rate - performance.now()));
    }
    await Promise.all(running);
  }
  await ingestion;
  return { latencies, seconds, events: sent, bases };
}

/** As many events of readers who keep to a category or two as are asked for, always the same for a number. */
export function eventsFrom(first: number, count: number, articles: readonly GeneratedArticle[]): Behaviour[] {
  return Array.from({ length: count }, (_, at) => {
    const number = first + at;
    const user = (number * 104_729) % USERS;
    const item = (user % 10) + 10 * ((number * 31_337) % Math.floor(articles.length / 10));
    const time = new Date(Date.now() - (number % 1_000)).toISOString();
    return { user: `reader-${String(user)}`, item: articles[item].id, type: TYPES[number % TYPES.length], at: time };
  });
}

/** Largest resident set of a process so far, in bytes. */
async function largestMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return 1_024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

function resultOf(
  { paced, full, memory, readySeconds }: { paced: Turn; full: Turn; memory: number; readySeconds: number },
  { items, events, rate, command }: RecommendationBenchmarkOptions,
  note: string,
): Result {
  const row = (name: string, { latencies, seconds, events: taken }: Turn, aim: string): string[] => [
    name,
    `${percentile(latencies, 0.5).toFixed(1)} ms`,
    `${percentile(latencies, 0.99).toFixed(1)} ms`,
    (latencies.length / seconds).toFixed(0),
    (taken / seconds).toFixed(0),
    aim,
  ];
  const bases = Object.entries(paced.bases).map(([basis, count]) => `${basis} ${String(count)}`);
  return {
    name: 'recommendation',
    title: 'Recommendations on PostgreSQL, beside ingestion',
    command,
    summary:
      `Lists of 10 of ${String(items)} generated items, for ${String(USERS)} readers, while ${String(events)} events a second come in over HTTP, ${String(EVENTS_OF_A_REQUEST)} a request. ` +
      'A request is measured to its whole answer, the impression written. The encoder is all-MiniLM-L6-v2, the rest of the head is made up, with a full collaborative row for each item. ' +
      'Load, service and database share the processors; the database is durable.',
    columns: ['', 'p50', 'p99', 'lists a second', 'events a second', 'aim'],
    rows: [row(`${String(rate)} requests a second`, paced, 'p99 ≤ 30 ms'), row('one request after the other', full, '')],
    notes: [
      `Lists of the first row by what they stand on: ${bases.join(', ')}.`,
      `From its start to ready the service took ${readySeconds.toFixed(1)} s; its memory reached ${(memory / 1e9).toFixed(2)} × 10⁹ bytes (aim 2).`,
      note,
    ],
  };
}
