import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AttuneError, isMissing } from '@attune/artifact';
import { watchInputSchema, type MarketDocument, type WatchInput } from '@attune/contracts';
import { z } from 'zod';
import { namesOf } from './company-names';

/** StockNet (Xu and Cohen 2018) as the monitor takes it. */
export interface StockNet {
  /** Tweets in the order of their publication, each once, whatever companies it was collected for. */
  readonly documents: MarketDocument[];
  /** The companies about which there are tweets, in the order of the table. */
  readonly watches: WatchInput[];
}

const TWEETS = 'tweets.jsonl.gz';
const COMPANIES = 'StockTable';

const tweetSchema = z.object({ ts: z.iso.datetime(), id: z.string(), ticker: z.string(), text: z.string().regex(/\S/) });

/**
 * Reads a folder with `tweets.jsonl.gz` (ts, id, ticker and text a line) and `StockTable` (sector, symbol and company, separated by tabs).
 *
 * @throws AttuneError `missing-file`; `bad-data` naming the line that is not of that form
 */
export async function readStockNet(folder: string): Promise<StockNet> {
  const [tweets, table] = await Promise.all([readContent(folder, TWEETS), readContent(folder, COMPANIES)]);
  const documents = new Map<string, MarketDocument>();
  const tickers = new Set<string>();
  gunzipSync(tweets)
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .forEach((line, index) => {
      const { ts, id, ticker, text } = parseTweet(line, index + 1);
      tickers.add(ticker);
      documents.set(id, { id: `stocknet:${id}`, source: 'StockNet', publishedAt: ts, text });
    });
  const inOrder = [...documents.values()].sort((one, other) => Date.parse(one.publishedAt) - Date.parse(other.publishedAt));
  return { documents: inOrder, watches: companiesOf(table.toString('utf8'), tickers) };
}

async function readContent(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new AttuneError('missing-file', `${folder} holds no StockNet: ${TWEETS} and ${COMPANIES} are needed.`, { cause });
  }
}

function parseTweet(line: string, number: number): z.infer<typeof tweetSchema> {
  try {
    return tweetSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new AttuneError('bad-data', `${TWEETS}, line ${number} is no tweet: ts, id, ticker and text are needed.`, { cause });
  }
}

function companiesOf(table: string, tickers: ReadonlySet<string>): WatchInput[] {
  const rows = table.trim().split(/\r?\n/).slice(1);
  return rows.flatMap((row) => {
    const [, symbol = '', company = ''] = row.split('\t');
    const ticker = symbol.replace('$', '').trim();
    const name = company.replace(/\s+/g, ' ').trim();
    if (name === '') throw new AttuneError('bad-data', `${COMPANIES} has no company in its row "${row}".`);
    if (!tickers.has(ticker)) return [];
    const [first, ...aliases] = namesOf(ticker, name);
    return [watchInputSchema.parse({ name, target: { kind: 'entity', names: [first], aliases, tickers: [ticker] } })];
  });
}
