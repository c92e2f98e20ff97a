import { mkdtemp } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { writeResult } from '@attune/bench';
import { startPostgres } from '@attune/postgres-tool';
import { readStockNet } from '@attune/stocknet-tool';
import { Command, InvalidArgumentError } from 'commander';
import { disturbances, everything } from './disturbances';
import { generateMarket } from './input/generated-market';
import type { Market } from './input/market';
import { COLUMNS, formatReports, rowsOf } from './report';
import { runChaos, type RunReport } from './run-chaos';

interface Flags {
  stocknet?: string;
  limit: number;
  models: string;
  kills: number;
  only?: string[];
  partitions: number;
  seed: number;
  logs?: string;
  out?: string;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number is needed.');
  return value;
}

function createProgram(args: readonly string[]): Command {
  return new Command('chaos')
    .description(
      'Play documents into the sentiment monitor, on a real Kafka and a real PostgreSQL, once undisturbed and then through one fault after the other; every count must come out the same.',
    )
    .option('--stocknet <folder>', 'play StockNet; without it, documents of own making')
    .option('--limit <n>', 'documents that are played', wholeNumber, 2_000)
    .option('--models <folder>', 'model store with a promoted sentiment head', 'models')
    .option('--kills <n>', 'times that the service is killed', wholeNumber, 10)
    .option('--only <names>', 'of kill, broker, database, instance, poison and everything (not by default), separated by commas', (text) =>
      text.split(','),
    )
    .option(
      '--partitions <n>',
      'of market.documents; with one the order of documents, and so each alert, is the same in every run',
      wholeNumber,
      1,
    )
    .option('--seed <n>', 'of repeats, poison and moments', wholeNumber, 1)
    .option('--logs <folder>', "for the monitor's logs; without it a temporary one")
    .option('--out <folder>', 'write the result there as reliability.md')
    .action(async (flags: Flags) => {
      const reports = await play(flags);
      console.log(formatReports(reports));
      if (flags.out !== undefined) await publish(flags.out, args, flags, reports);
      if (reports.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
    });
}

async function play({ stocknet, limit, models, kills, only, partitions, seed, logs }: Flags): Promise<RunReport[]> {
  const market = await readMarket(stocknet, limit, seed);
  const folder = logs ?? (await mkdtemp(join(tmpdir(), 'attune-chaos-')));
  console.error(`${market.documents.length} documents, ${market.watches.length} watches; logs in ${folder}`);
  const chosen = only === undefined ? disturbances(kills) : [...disturbances(kills), everything].filter(({ name }) => only.includes(name));
  const postgres = await startPostgres();
  try {
    const say = (step: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${step}`);
    return await runChaos({ market, disturbances: chosen, postgres, models, partitions, seed, logs: folder, say });
  } finally {
    await postgres.stop();
  }
}

async function readMarket(stocknet: string | undefined, limit: number, seed: number): Promise<Market> {
  if (stocknet === undefined) return generateMarket(limit, seed);
  const { documents, watches } = await readStockNet(stocknet);
  return { documents: documents.slice(0, limit), watches };
}

async function publish(out: string, args: readonly string[], { limit, partitions }: Flags, reports: readonly RunReport[]): Promise<void> {
  const path = await writeResult(out, {
    name: 'reliability',
    title: 'The sentiment monitor through crashes',
    command: ['npm run chaos --', ...args].join(' '),
    summary: `${limit} documents played into a real Kafka, with a real PostgreSQL and the monitor as processes.`,
    columns: COLUMNS,
    rows: rowsOf(reports),
    notes: [
      `market.documents has ${partitions} partition${partitions === 1 ? '' : 's'}.`,
      `Load of the machine at the end: ${loadavg()[0]?.toFixed(1)}.`,
    ],
  });
  console.error(`Written to ${path}`);
}

async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram(args).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    console.error([error.message, error.remedy].filter(Boolean).join('\n'));
    process.exitCode = error.exitStatus;
  }
}

void main(process.argv.slice(2));
