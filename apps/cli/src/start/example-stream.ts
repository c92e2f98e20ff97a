import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MarketDocument } from '@attune/contracts';

/** A row of the example: a document with its time relative to now. */
export interface ExampleRow {
  /** Below 0 it is the past; the others are still to come. */
  readonly minute: number;
  readonly source: string;
  readonly title?: string | undefined;
  readonly text: string;
}

const MINUTE = 60_000;

/** @throws AttuneError `bad-data` where a line is no such row */
export async function readExampleRows(path: string): Promise<ExampleRow[]> {
  const [{ AttuneError }, { z }] = await Promise.all([import('@attune/artifact'), import('zod')]);
  const row = z.object({ minute: z.number(), source: z.string(), title: z.string().optional(), text: z.string() });
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    try {
      return row.parse(JSON.parse(line));
    } catch (cause) {
      throw new AttuneError('bad-data', `${path}, line ${index + 1} is no row of the example.`, { cause });
    }
  });
}

/** The rows of the past as documents, oldest first. */
export function pastDocuments(rows: readonly ExampleRow[], now: number): MarketDocument[] {
  return rows
    .filter(({ minute }) => minute < 0)
    .sort((one, other) => one.minute - other.minute)
    .map((row) => toDocument(row, now + row.minute * MINUTE));
}

/** Sends the rows to come, `speed` times as fast as they follow one another; each is published when it is sent. */
export async function playRows(
  rows: readonly ExampleRow[],
  { speed, send, signal }: { speed: number; send(document: MarketDocument): Promise<void>; signal: AbortSignal },
): Promise<void> {
  const started = Date.now();
  for (const row of rows.filter(({ minute }) => minute >= 0).sort((one, other) => one.minute - other.minute)) {
    const wait = started + (row.minute * MINUTE) / speed - Date.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    await send(toDocument(row, Date.now()));
  }
}

function toDocument({ minute, source, title, text }: ExampleRow, publishedAt: number): MarketDocument {
  return {
    id: `example:${String(minute)}`,
    source,
    publishedAt: new Date(publishedAt).toISOString(),
    ...(title === undefined ? {} : { title }),
    text,
  };
}
