import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, shownCommand, writeResult } from '@attune/bench';
import { startPostgres } from '@attune/postgres-tool';
import { readStockNet } from '@attune/stocknet-tool';
import { Command, InvalidArgumentError } from 'commander';
import { disturbances, everything } from './disturbances';
import { generateMarket } from './input/generated-market';
import type { Market } from './input/market';
import { COLUMNS, formatReports, rowsOf } from './report';
import { runChaos, type RunReport } from './run-chaos';

const ROOT = join(__dirname, '../../..');

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

async function publish(out: string, args: readonly string[], flags: Flags, reports: readonly RunReport[]): Promise<void> {
  const { stocknet, partitions, kills } = flags;
  const { documents, watches } = await readMarket(stocknet, flags.limit, flags.seed);
  const path = await writeResult(out, {
    name: partitions === 1 ? 'reliability' : `reliability-${partitions}-partitions`,
    title: 'The sentiment monitor through crashes',
    command: shownCommand('npm run chaos --', withoutOption(args, '--logs'), ROOT),
    summary: [
      `${documents.length} documents ${stocknet === undefined ? 'of own making' : 'of StockNet'} about ${watches.length} watches, played into a real Kafka, with a real PostgreSQL and the monitor as processes:`,
      'once undisturbed, and once through each fault. What must become of each message is decided from the messages alone; what became of it is read from database and topics.',
    ].join(' '),
    columns: COLUMNS,
    rows: rowsOf(reports),
    notes: [
      partitions === 1
        ? 'market.documents has one partition, so that documents come in one order, and every run must end with the same scores, counts, stories, windows and alerts, down to their bytes but for the last digit of fractions.'
        : `market.documents has ${partitions} partitions, as in production. Documents come in another order in each run, so that of the runs the scores and the counts of documents are compared; stories, windows and alerts must agree with these counts, and alerts with each other on every way.`,
      'A fault is a message unaccounted for, a count that differs, an event that came again with other bytes, an alert told twice to someone who drops repeats by id, or one not told on each way: topic, server-sent events, webhook.',
      `Killed ${kills} times within a quarter of a second after sentiment was published; "came again" counts what subscribers dropped by its id, which shows that work was in hand.`,
      `Load of the machine (one minute, ${availableParallelism()} processors) at the end: ${loadavg()[0]?.toFixed(1)}.`,
    ],
  });
  console.error(`Written to ${path}`);
}

function withoutOption(args: readonly string[], name: string): string[] {
  return args.filter((argument, index) => argument !== name && args[index - 1] !== name);
}

const args = process.argv.slice(2);
void runProgram(createProgram(args), args);
