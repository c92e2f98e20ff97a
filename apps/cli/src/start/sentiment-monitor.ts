import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertEvent, MarketDocument } from '@attune/contracts';
import { environment } from '../environment';
import { withInterrupt } from '../interrupt';
import { alertLine, renderAlert } from '../market/alert-lines';
import { readWatches } from '../market/watch-file';
import { formatCount, formatDuration, messageColours, printMessage, printResult } from '../terminal';
import { pastDocuments, playRows, readExampleRows } from './example-stream';
import { MonitorClient } from './monitor-client';
import { ensureMonitorHead, MODELS } from './monitor-head';
import { ROOT } from './places';
import { startService, type ServiceProcess } from './service-process';

const MONITOR = join(ROOT, 'apps/sentiment-monitor');
/** Its three minutes are played in so many seconds: 60 times this. */
const SPEED = 12;
/** Seconds after the last document in which the alert must come. */
const PATIENCE = 60;
const POLL_MS = 100;

/**
 * Shows the monitor at work: starts it on its embedded defaults in a folder of its own, plays the example stream to it, prints the alert
 * that comes, and leaves the service running until Ctrl-C.
 *
 * @param once end after the alert
 * @throws AttuneError `not-found` where no alert comes in time
 */
export async function startSentimentMonitor({ once }: { once: boolean }): Promise<void> {
  await ensureMonitorHead();
  const data = await mkdtemp(join(tmpdir(), 'attune-start-'));
  try {
    await withInterrupt(
      () => printMessage('\nStopping the service.'),
      async (signal) => {
        step('starting the service on its embedded database and events');
        const variables = { ...environment.withoutSettings, ATTUNE_MODELS: MODELS, ATTUNE_DATA: data };
        const service = await startService(join(MONITOR, 'bin/sentiment-monitor.js'), variables, signal);
        try {
          await showExample(service, once, signal);
        } finally {
          await service.stop();
        }
      },
    );
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function showExample(service: ServiceProcess, once: boolean, signal: AbortSignal): Promise<void> {
  const following = new AbortController();
  const client = new MonitorClient(service.url, AbortSignal.any([signal, following.signal]));
  const known = new Map<string, MarketDocument>();
  try {
    const alerts = await client.followAlerts();
    // It may come while the surge is still being told.
    const coming = arrival(alerts);
    // Whoever waits no longer does not hear of a stream that breaks.
    coming.catch(() => undefined);
    const surgeBeganAt = await playExample(client, known, signal);
    const { alert, at } = await inTime(coming, signal);
    printResult(`\n${renderAlert(alert.data, (id) => known.get(id)?.text)}\n`);
    printMessage(`The alert came ${formatDuration((at - surgeBeganAt) / 1000)} after the first document of the surge was handed in.`);
    if (once) return;
    sayWhereItRuns(service.url);
    await Promise.race([printFurther(alerts, signal), untilEnd(service, signal)]);
  } finally {
    following.abort();
  }
}

/** @returns when the surge began to be handed in, milliseconds since 1970 */
async function playExample(client: MonitorClient, known: Map<string, MarketDocument>, signal: AbortSignal): Promise<number> {
  const watches = await readWatches(join(MONITOR, 'example/watches.json'));
  const rows = await readExampleRows(join(MONITOR, 'example/stream.jsonl'));
  for (const { name, target, rules, enabled } of watches) await client.createWatch({ name, target, rules, enabled });
  step(`watching ${watches.map(({ name }) => name).join(', ')}`);
  const past = pastDocuments(rows, Date.now());
  await handIn(client, past, known);
  const last = past.at(-1);
  while (last !== undefined && !(await client.isScored(last.id))) await sleep(POLL_MS, undefined, { signal });
  step(
    `handed in ${formatCount(past.length)} documents of the last day and a half; now the news of ${formatCount(rows.length - past.length)} more come in`,
  );
  const send = async (document: MarketDocument): Promise<void> => {
    await handIn(client, [document], known);
    printMessage(messageColours().dim(`    ${document.source}: ${document.title ?? document.text}`));
  };
  const surgeBeganAt = Date.now();
  await playRows(rows, { speed: SPEED, send, signal });
  return surgeBeganAt;
}

async function handIn(client: MonitorClient, documents: readonly MarketDocument[], known: Map<string, MarketDocument>): Promise<void> {
  for (const document of documents) known.set(document.id, document);
  await client.handIn(documents);
}

/** The first alert, with the time at which it came in milliseconds since 1970; none where the stream ends before. */
async function arrival(alerts: AsyncGenerator<AlertEvent>): Promise<{ alert: AlertEvent; at: number } | undefined> {
  const { value, done } = await alerts.next();
  return done === true ? undefined : { alert: value, at: Date.now() };
}

/** @throws AttuneError `not-found` where nothing comes within the patience */
async function inTime<T>(coming: Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  const patience = new AbortController();
  const silence = sleep(PATIENCE * 1_000, undefined, { signal: AbortSignal.any([signal, patience.signal]) });
  silence.catch(() => undefined);
  const came = await Promise.race([coming, silence]);
  patience.abort();
  if (came !== undefined) return came;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('not-found', `No alert came within ${PATIENCE} seconds.`);
}

async function printFurther(alerts: AsyncGenerator<AlertEvent>, signal: AbortSignal): Promise<void> {
  try {
    for await (const { data } of alerts) printResult(alertLine(data));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Waits for Ctrl-C. @throws AttuneError `dependency-unavailable` where the service ends before */
async function untilEnd({ ended }: ServiceProcess, signal: AbortSignal): Promise<void> {
  const interrupted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const words = await Promise.race([ended, interrupted]);
  if (words === undefined) return;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('dependency-unavailable', `The service has ended.\n${words}`);
}

function sayWhereItRuns(url: string): void {
  const colours = messageColours();
  printMessage(
    [
      '',
      `The API's documentation  ${colours.cyan(`${url}/docs`)}`,
      `Score a text             curl -s ${url}/v1/sentiment -H 'content-type: application/json' -d '{"texts":[{"text":"Acme beats Brightmoor on margins","entity":"Acme"}]}'`,
      `Follow the alerts        curl -sN ${url}/v1/alerts/stream`,
      'The service runs until Ctrl-C, and forgets everything then.',
    ].join('\n'),
  );
}

function step(what: string): void {
  printMessage(`${messageColours().dim('·')} ${what}`);
}
