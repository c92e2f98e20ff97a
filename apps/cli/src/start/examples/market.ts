import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketDocument, Watch } from '@attune/contracts';
import { readWatches } from '../../market/watch-file';
import { formatCount, messageColours, printMessage } from '../../terminal';
import { pastDocuments, playRows, readExampleRows, type ExampleRow } from '../example-stream';
import type { MonitorClient } from '../monitor-client';
import { ROOT } from '../places';
import { step } from '../show-service';

const EXAMPLE = join(ROOT, 'apps/sentiment-monitor/example');
/** Its three minutes are played in so many seconds: 60 times this. */
const SPEED = 12;
const POLL_MS = 100;

/** The example of the sentiment monitor: what is watched, and the news, some of the past and some to come. */
export interface MarketExample {
  readonly watches: readonly Watch[];
  readonly rows: readonly ExampleRow[];
}

/** @throws AttuneError `bad-data` where a file is none of its kind */
export async function readMarketExample(): Promise<MarketExample> {
  const [watches, rows] = await Promise.all([readWatches(join(EXAMPLE, 'watches.json')), readExampleRows(join(EXAMPLE, 'stream.jsonl'))]);
  return { watches, rows };
}

/** Creates those watches that are absent, hands in the news of the past, and waits until they are scored. @param known gets the documents by id */
export async function handInPast(
  client: MonitorClient,
  { watches, rows }: MarketExample,
  known: Map<string, MarketDocument>,
  signal: AbortSignal,
): Promise<void> {
  const present = await client.watchNames();
  for (const { name, target, rules, enabled } of watches) {
    if (!present.has(name)) await client.createWatch({ name, target, rules, enabled });
  }
  step(`watching ${watches.map(({ name }) => name).join(', ')}`);
  const past = pastDocuments(rows, Date.now());
  await handIn(client, past, known);
  const last = past.at(-1);
  while (last !== undefined && !(await client.isScored(last.id))) await sleep(POLL_MS, undefined, { signal });
  step(`handed in ${formatCount(past.length)} documents of the last day and a half`);
}

/** Hands in the news that are still to come, one after the other, with a surge among them. */
export async function playNews(
  client: MonitorClient,
  { rows }: MarketExample,
  known: Map<string, MarketDocument>,
  signal: AbortSignal,
): Promise<void> {
  step(`now ${formatCount(rows.filter(({ minute }) => minute >= 0).length)} more come in`);
  const send = async (document: MarketDocument): Promise<void> => {
    await handIn(client, [document], known);
    printMessage(messageColours().dim(`    ${document.source}: ${document.title ?? document.text}`));
  };
  await playRows(rows, { speed: SPEED, send, signal });
}

async function handIn(client: MonitorClient, documents: readonly MarketDocument[], known: Map<string, MarketDocument>): Promise<void> {
  for (const document of documents) known.set(document.id, document);
  await client.handIn(documents);
}
