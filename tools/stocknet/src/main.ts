import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { Command } from 'commander';
import { readStockNet } from './read-stocknet';

/** Writes what the monitor's commands take: `watches.jsonl`, a company a line, and `documents.jsonl`, a tweet a line in the order of time. */
async function prepare({ data, out }: { data: string; out: string }): Promise<void> {
  const { watches, documents } = await readStockNet(data);
  await mkdir(out, { recursive: true });
  for (const [name, rows] of [
    ['watches.jsonl', watches],
    ['documents.jsonl', documents],
  ] as const) {
    await writeFile(join(out, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  console.error(`${watches.length} watches and ${documents.length.toLocaleString('en')} documents in ${out}.`);
}

async function main(): Promise<void> {
  try {
    await new Command('stocknet')
      .description('prepare the tweets of StockNet for attune backtest, attune replay-stream and load tests')
      .requiredOption('--data <folder>', 'folder with tweets.jsonl.gz and StockTable')
      .requiredOption('--out <folder>', 'where watches.jsonl and documents.jsonl go')
      .action(prepare)
      .parseAsync();
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    console.error(error.message);
    process.exitCode = error.exitStatus;
  }
}

void main();
