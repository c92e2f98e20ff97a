import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertEvent, MarketDocument } from '@attune/contracts';
import { alertLine, renderAlert } from '../market/alert-lines';
import { formatDuration, messageColours, printMessage, printResult } from '../terminal';
import { ensureExampleHead } from './example-head';
import { handInPast, playNews, readMarketExample } from './examples/market';
import { MonitorClient } from './monitor-client';
import type { ServiceProcess } from './service-process';
import { showService } from './show-service';
import { untilEnd } from './until-end';

const APP = 'sentiment-monitor';
/** Seconds after the last document in which the alert must come. */
const PATIENCE = 60;

/**
 * Shows the monitor at work: starts it on its embedded defaults in a folder of its own, plays the example stream to it, prints the alert
 * that comes, and leaves the service running until Ctrl-C.
 *
 * @param once end after the alert
 * @throws AttuneError `not-found` where no alert comes in time
 */
export async function startSentimentMonitor({ once }: { once: boolean }): Promise<void> {
  await ensureExampleHead(APP);
  await showService(APP, (service, signal) => showExample(service, once, signal));
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
    const example = await readMarketExample();
    await handInPast(client, example, known, signal);
    const surgeBeganAt = Date.now();
    await playNews(client, example, known, signal);
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
