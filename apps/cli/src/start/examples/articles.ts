import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCount } from '../../terminal';
import { ROOT } from '../places';
import { sendFile } from '../send-file';
import { step } from '../show-service';

const ARTICLES = join(ROOT, 'apps/recommender/head/articles.csv');
/** Latest events of the simulated readers that are told: enough for each to have a history. */
const EVENTS = 4_000;
/** Events that a request takes. */
const BATCH = 500;

/** Hands the example articles to the recommender. @throws AttuneError `bad-data` where one of them is refused */
export async function loadArticles(url: string, signal: AbortSignal): Promise<void> {
  const accepted = await sendFile(`${url}/v1/items/import`, { contentType: 'text/csv', file: await readFile(ARTICLES, 'utf8'), signal });
  step(`handed in ${formatCount(accepted)} articles`);
}

/** Tells the recommender what simulated readers did last. @throws AttuneError `bad-data` where an event is refused */
export async function loadReaders(url: string, signal: AbortSignal): Promise<void> {
  const events = (await latestEvents(signal)).slice(-EVENTS);
  for (let start = 0; start < events.length; start += BATCH) {
    const body = JSON.stringify({ events: events.slice(start, start + BATCH) });
    const answer = await fetch(`${url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, signal });
    if (answer.ok) continue;
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('bad-data', `The readers' events were refused (${answer.status}): ${await answer.text()}`);
  }
  step(`told what ${formatCount(new Set(events.map(({ user }) => user)).size)} readers did, ${formatCount(events.length)} events`);
}

interface SimulatedEvent {
  readonly user: string;
  readonly item: string;
  readonly type: string;
  readonly at: string;
  readonly value?: number;
}

/**
 * Simulates readers of the articles, and writes what they did to `events.csv` in a folder.
 *
 * @param testWeeks last weeks that are left out
 * @returns the file
 */
export async function simulateReaders(folder: string, testWeeks: number, signal: AbortSignal): Promise<string> {
  const flags = ['--items', ARTICLES, '--out', folder, ...(testWeeks > 0 ? ['--test-weeks', String(testWeeks)] : [])];
  const child = spawn(process.execPath, [join(ROOT, 'tools/readers/bin/readers.js'), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`The simulation of readers ended with status ${status}. ${words}`);
  return join(folder, 'events.csv');
}

async function latestEvents(signal: AbortSignal): Promise<SimulatedEvent[]> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-readers-'));
  try {
    const [, ...lines] = (await readFile(await simulateReaders(folder, 0, signal), 'utf8')).trimEnd().split('\n');
    return lines.map((line) => {
      const [user, item, at, type, value] = line.split(',');
      return { user, item, type, at, ...(value === '' ? {} : { value: Number(value) }) };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
