import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { startPostgres } from '@attune/postgres-tool';
import { attuneCommand } from '../attune-command';
import { lookAtMachine } from '../machine';
import { peakMemoryOf, runMeasured } from '../measured-process';
import { json } from '../service-client';
import { startRecommender } from '../service-process';
import { percentile } from '../statistics';
import type { Result } from '../write-result';
import { generatedCatalogue, type GeneratedArticle } from './generated-catalogue';
import { promoteGeneratedHead } from './generated-head';
import { importArticles } from './import-articles';

export interface BusyUserOptions {
  /** Directory of an exported encoder. */
  encoder: string;
  /** Events of the one user. */
  events: number;
  work: string;
  command: string;
  onRun: (what: string) => void;
}

const ITEMS = 2_500;
/** As many as the service takes at once. */
const EVENTS_OF_A_REQUEST = 1_000;
const LISTS = 200;
/** Others, of whom training learns too. */
const OTHERS = 300;
const EVENTS_OF_OTHERS = 20;
const USER = 'robot';

/** What a user of very many events costs: at ingestion, with each list, at a restart, in training and when they are deleted. */
export async function benchmarkBusyUser(options: BusyUserOptions): Promise<Result> {
  const machine = await lookAtMachine();
  const articles = generatedCatalogue(ITEMS);
  const work = join(options.work, `busy-user-${String(process.pid)}`);
  const models = join(work, 'models');
  await mkdir(models, { recursive: true });
  await promoteGeneratedHead(models, options.encoder, articles);
  const postgres = await startPostgres({ dataFolder: join(work, 'postgres') });
  try {
    const served = await serve(options, articles, { ATTUNE_MODELS: models, ATTUNE_RATE_LIMIT: '0', DATABASE_URL: postgres.url });
    const trained = await train(options, articles, work);
    return resultOf(served, trained, options, machine.note);
  } finally {
    await postgres.stop();
  }
}

interface Served {
  ingestionSeconds: number;
  /** Milliseconds of each list. */
  lists: readonly number[];
  restartSeconds: number;
  deletionSeconds: number;
  /** Largest of the two processes, in bytes. */
  memory: number;
}

async function serve(
  { events, onRun }: BusyUserOptions,
  articles: readonly GeneratedArticle[],
  environment: Record<string, string>,
): Promise<Served> {
  const first = await startRecommender({ environment });
  let memory: number;
  let ingestionSeconds: number;
  try {
    await importArticles(first.url, articles, onRun);
    onRun(`${String(events)} events`);
    const started = performance.now();
    for (let from = 0; from < events; from += EVENTS_OF_A_REQUEST) {
      const own = Array.from({ length: Math.min(EVENTS_OF_A_REQUEST, events - from) }, (_, at) => eventOf(from + at, events, articles));
      await json(`${first.url}/v1/events`, { events: own });
    }
    ingestionSeconds = secondsSince(started);
    memory = peakMemoryOf(first.pid) ?? NaN;
  } finally {
    await first.stop();
  }
  const second = await startRecommender({ environment });
  try {
    onRun(`${String(LISTS)} lists`);
    const lists: number[] = [];
    for (let list = 0; list < LISTS; list++) {
      const sentAt = performance.now();
      await json(`${second.url}/v1/recommendations`, { user: USER });
      lists.push(performance.now() - sentAt);
    }
    onRun('deleting the user');
    const started = performance.now();
    const answer = await fetch(`${second.url}/v1/users/${USER}`, { method: 'DELETE' });
    if (answer.status !== 204) throw new Error(`The deletion was answered with status ${String(answer.status)}: ${await answer.text()}`);
    const deletionSeconds = secondsSince(started);
    return {
      ingestionSeconds,
      lists,
      restartSeconds: second.readySeconds,
      deletionSeconds,
      memory: Math.max(memory, peakMemoryOf(second.pid) ?? NaN),
    };
  } finally {
    await second.stop();
  }
}

/** An event a second, the last one now. */
function eventOf(number: number, events: number, articles: readonly GeneratedArticle[]): object {
  const at = new Date(Date.now() - 1_000 * (events - number)).toISOString();
  return { id: `busy-${String(number)}`, user: USER, item: articles[(number * 7_919) % articles.length].id, type: 'viewed', at };
}

interface Trained {
  seconds: number;
  memory: number;
}

async function train({ events, encoder, onRun }: BusyUserOptions, articles: readonly GeneratedArticle[], work: string): Promise<Trained> {
  onRun('training');
  const items = await writeLines(join(work, 'items.csv'), 'item,text,category', articles.length, (at) => {
    const { id, title, category } = articles[at];
    return `${id},"${title}",${category}`;
  });
  const busy = await writeLines(join(work, 'events.csv'), 'user,item,ts', events + OTHERS * EVENTS_OF_OTHERS, (at) => {
    const user = at < events ? USER : `reader-${String(at % OTHERS)}`;
    return `${user},${articles[(at * 7_919) % articles.length].id},${String(1_700_000_000 + at)}`;
  });
  const out = join(work, 'head');
  const { command, args } = attuneCommand(
    ...['train', '--task', 'ranking', '--events', busy, '--items', items, '--encoder', encoder, '--out', out, '--json'],
  );
  const run = await runMeasured('attune train', command, args);
  return { seconds: run.wallSeconds, memory: run.peakMemory ?? NaN };
}

async function writeLines(path: string, header: string, count: number, lineOf: (at: number) => string): Promise<string> {
  const file = createWriteStream(path);
  file.write(`${header}\n`);
  for (let at = 0; at < count; at++) if (!file.write(`${lineOf(at)}\n`)) await once(file, 'drain');
  file.end();
  await once(file, 'finish');
  return path;
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000;
}

function resultOf(served: Served, trained: Trained, { events, command }: BusyUserOptions, note: string): Result {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} × 10⁹ bytes`;
  return {
    name: 'busy-user',
    title: 'A user of very many events',
    command,
    summary: `${String(events)} events of one user, with ${String(ITEMS)} generated items, on PostgreSQL, which is durable and shares the processors with service and load.`,
    columns: ['', 'time', 'largest memory'],
    rows: [
      [
        `taking them in over HTTP, ${String(EVENTS_OF_A_REQUEST)} a request`,
        `${served.ingestionSeconds.toFixed(0)} s, ${(events / served.ingestionSeconds).toFixed(0)} a second`,
        gigabytes(served.memory),
      ],
      [
        'a list for the user, p50 and p99',
        `${percentile(served.lists, 0.5).toFixed(1)} and ${percentile(served.lists, 0.99).toFixed(1)} ms`,
        '',
      ],
      ['from start to ready', `${served.restartSeconds.toFixed(1)} s`, ''],
      ['deleting the user', `${served.deletionSeconds.toFixed(1)} s`, ''],
      [
        `attune train, with ${String(OTHERS)} others of ${String(EVENTS_OF_OTHERS)} events each`,
        `${trained.seconds.toFixed(0)} s`,
        gigabytes(trained.memory),
      ],
    ],
    notes: [
      'A list reads the latest 1,000 events, and leaves out what was seen among the latest 20,000; training looks at the latest 500 items of a user (`behaviour.longestHistory`), each with the weight of all its events.',
      note,
    ],
  };
}
