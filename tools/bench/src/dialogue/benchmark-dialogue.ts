import { join } from 'node:path';
import { startPostgres } from '@attune/postgres-tool';
import { lookAtMachine, processorTimes } from '../machine';
import { processorTimeOf, timeBetween, type ProcessorTime } from '../processor-time';
import { startCustomerService } from '../service-process';
import type { RunningServer } from '../serving/server-process';
import { percentile } from '../statistics';
import type { Result } from '../write-result';
import { holdConversations, type ConversationLoad } from './conversation-load';
import { generatedKnowledge, type GeneratedEntry } from './generated-knowledge';
import { post, timeUntilSearchable } from './searchable-writes';

export interface DialogueBenchmarkOptions {
  /** Model store with a promoted head of the customer service. */
  models: string;
  /** Entries of the knowledge. */
  entries: number;
  /** Conversations in flight. */
  conversations: number;
  /** Seconds of load. */
  seconds: number;
  /** Messages a second that customers send while they take their time. */
  rate: number;
  /** Entries that are written one after the other, without load and under it. */
  writes: number;
  database: 'postgresql' | 'embedded';
  work: string;
  profile?: string;
  onRun: (what: string) => void;
  command: string;
}

const WARM_UP_SECONDS = 5;

/** Seconds of processor time while replies were given. */
interface Spent {
  readonly service: ProcessorTime;
  readonly database: ProcessorTime;
  readonly load: number;
  /** Of all processors together, those without work and all. */
  readonly idle: number;
  readonly all: number;
}

/** What was measured of a service that runs. */
interface Measured {
  readonly readySeconds: number;
  /** At the rate that was asked for, and with each message right after the reply before it. */
  readonly paced: ConversationLoad;
  /** What the processors did at that rate. */
  readonly spent: Spent;
  readonly full: ConversationLoad;
  /** Milliseconds until a write was searchable. */
  readonly idle: readonly number[];
  readonly busy: readonly number[];
}

/**
 * Holds conversations with the built service: how quickly it replies, how often, and when what is written is found. The knowledge of a
 * former run, in the folder for work, is used as it is.
 */
export async function benchmarkDialogue(options: DialogueBenchmarkOptions): Promise<Result> {
  const { onRun } = options;
  const machine = await lookAtMachine();
  const ground = await openGround(options);
  try {
    const start = (profile?: string): Promise<RunningServer> => startCustomerService({ environment: ground.environment, profile });
    const knowledge = generatedKnowledge(options.entries);
    onRun('starting the service');
    const preparing = await start();
    try {
      await prepareKnowledge(preparing.url, knowledge, onRun);
    } finally {
      await preparing.stop();
    }
    const service = await start(options.profile);
    try {
      return resultOf(await measure(service, ground.databasePid, knowledge, options), options, machine.note);
    } finally {
      await service.stop();
    }
  } finally {
    await ground.close();
  }
}

async function measure(
  service: RunningServer,
  databasePid: number | undefined,
  knowledge: readonly GeneratedEntry[],
  options: DialogueBenchmarkOptions,
): Promise<Measured> {
  const { conversations, seconds, rate, writes, onRun } = options;
  const { url, readySeconds } = service;
  const questions = questionsOf(knowledge);
  const hold = (duration: number, limit?: number): Promise<ConversationLoad> =>
    holdConversations({ urls: [url], conversations, seconds: duration, questions, ...(limit === undefined ? {} : { rate: limit }) });
  onRun(`warming up for ${WARM_UP_SECONDS} s`);
  await hold(WARM_UP_SECONDS);
  onRun(`${conversations} conversations at ${rate} messages a second for ${seconds} s`);
  const look = lookAtProcessors(service.pid, databasePid);
  const paced = await hold(seconds, rate);
  const spent = look();
  onRun(`${conversations} conversations without a pause for ${seconds} s`);
  const full = await hold(seconds);
  onRun(`${writes} writes`);
  const idle = await timeUntilSearchable(url, writes);
  onRun(`${writes} writes under load`);
  let busy: number[] = [];
  await Promise.all([hold(seconds, rate), timeUntilSearchable(url, writes).then((times) => (busy = times))]);
  return { readySeconds, paced, spent, full, idle, busy };
}

/** Questions in an order in which neighbours are about different products, always the same. */
export function questionsOf(knowledge: readonly GeneratedEntry[]): string[] {
  const step = 7_919;
  return knowledge.map((_, place) => knowledge[(place * step) % knowledge.length].asked);
}

/** Imports the entries unless they are there, and learns the ranking of them. */
export async function prepareKnowledge(url: string, knowledge: readonly GeneratedEntry[], onRun: (what: string) => void): Promise<void> {
  const last = knowledge[knowledge.length - 1];
  const there = await fetch(`${url}/v1/knowledge/${last.id}`);
  await there.body?.cancel();
  if (there.status === 404) {
    onRun(`importing ${knowledge.length} entries`);
    const file = knowledge.map(({ asked: _asked, ...entry }) => JSON.stringify(entry)).join('\n');
    const answer = await fetch(`${url}/v1/knowledge/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: file,
    });
    const lines = (await answer.text()).trimEnd().split('\n');
    onRun(`imported: ${lines[lines.length - 1]}`);
  }
  onRun('learning the ranking');
  await post(`${url}/v1/knowledge/ranking`);
}

/** @returns what says how much was used since */
function lookAtProcessors(servicePid: number, databasePid: number | undefined): () => Spent {
  const look = () => ({
    service: processorTimeOf(servicePid),
    database: processorTimeOf(databasePid ?? 0),
    load: processorTimeOf(process.pid),
    ...processorTimes(),
  });
  const before = look();
  return () => {
    const after = look();
    const load = timeBetween(before.load, after.load);
    return {
      service: timeBetween(before.service, after.service),
      database: timeBetween(before.database, after.database),
      load: load.main + load.others,
      idle: (after.idle - before.idle) / 1_000,
      all: (after.all - before.all) / 1_000,
    };
  };
}

interface Ground {
  readonly environment: NodeJS.ProcessEnv;
  /** Of the database's first process; undefined where it is no process of its own. */
  readonly databasePid: number | undefined;
  close(): Promise<void>;
}

async function openGround({ models, database, entries, work }: DialogueBenchmarkOptions): Promise<Ground> {
  const folder = join(work, `dialogue-${database}-${entries}`);
  const environment = { ATTUNE_MODELS: models, ATTUNE_RATE_LIMIT: '0' };
  if (database === 'embedded')
    return { environment: { ...environment, ATTUNE_DATA: folder }, databasePid: undefined, close: () => Promise.resolve() };
  const postgres = await startPostgres({ dataFolder: folder });
  return { environment: { ...environment, DATABASE_URL: postgres.url }, databasePid: postgres.pid, close: () => postgres.stop() };
}

function resultOf({ readySeconds, paced, spent, full, idle, busy }: Measured, options: DialogueBenchmarkOptions, note: string): Result {
  const { entries, conversations, seconds, rate, writes, database, command } = options;
  const milliseconds = (values: readonly number[], share: number): string => `${percentile(values, share).toFixed(1)} ms`;
  const times = (values: readonly number[]): string[] => [milliseconds(values, 0.5), milliseconds(values, 0.99)];
  const actions = Object.entries(paced.actions).map(
    ([action, count]) => `${action} ${((100 * count) / paced.latencies.length).toFixed(1)} %`,
  );
  return {
    name: database === 'embedded' ? 'dialogue-embedded' : 'dialogue',
    title: `Conversations with the customer service on ${database === 'embedded' ? 'its embedded database' : 'PostgreSQL'}`,
    command,
    summary:
      `${entries} generated entries of knowledge, ${conversations} conversations at once for ${seconds} s, each of which says nothing before the reply has come. ` +
      `The aim is read as messages that arrive ${rate} times a second whatever the service does (Poisson): each is measured from when it was due, waiting for a free conversation included, ` +
      'until its whole reply. Without pauses all conversations wait for a reply all the time, which then takes as long as those of all of them together: ' +
      `that row says how much the service can do, not how long people wait. To the letter, ${conversations} replies awaited all the time, each within 60 ms, would be ${Math.round(conversations / 0.06)} a second. ` +
      'A write is measured from sending the entry until a search finds it, ' +
      `${writes} one after the other. Load, service and database share the processors; the database is durable.`,
    columns: ['', 'p50', 'p99', 'a second', 'aim'],
    rows: [
      [`replies, ${rate} messages a second`, ...times(paced.latencies), paced.repliesPerSecond.toFixed(0), 'p99 ≤ 60 ms, ≥ 150 a second'],
      ['replies, no pauses', ...times(full.latencies), full.repliesPerSecond.toFixed(0), ''],
      ['a write is searchable', ...times(idle), '', '≤ 200 ms'],
      ['a write is searchable, beside that load', ...times(busy), '', ''],
    ],
    notes: [
      `Replies by what they do: ${actions.join(', ')}.`,
      costOf(spent, paced.latencies.length),
      `From its start to ready the service took ${readySeconds.toFixed(1)} s.`,
      note,
    ],
  };
}

/** Where the processors' time went, in milliseconds a reply. */
function costOf({ service, database, load, idle, all }: Spent, replies: number): string {
  const each = (seconds: number): string => `${((1_000 * seconds) / replies).toFixed(1)} ms`;
  const used = service.main + service.others + database.main + database.others + database.children + load;
  const share = (seconds: number): string => `${Math.round((100 * seconds) / all)} %`;
  return (
    `Processor time a reply, at that rate: ${each(service.main)} on the service's event loop, ${each(service.others)} in its other threads (the model, garbage collection), ` +
    `${each(database.main + database.others + database.children)} in the database, ${each(load)} in the load. Of the processors' time ${share(used)} went there, ` +
    `${share(Math.max(0, all - idle - used))} to other work, and ${share(idle)} was left.`
  );
}
