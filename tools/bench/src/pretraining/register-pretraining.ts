import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { LearningBenchmarks } from '../learning/register-learning';
import { comparePretraining, type PretrainingComparisonOptions } from './compare-pretraining';

interface PretrainingCommandOptions extends Omit<PretrainingComparisonOptions, 'seeds' | 'onRun' | 'command'> {
  seeds: number;
  out: string;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of at least 1 is needed.');
  return value;
}

/** Adds the comparison of heads on an encoder as it is and on the same one after pretraining. */
export function registerPretraining(program: Command, { root, command, say, publish }: LearningBenchmarks): void {
  program
    .command('pretraining')
    .description('a head with and without pretraining of its encoder on raw texts, in turns, with several seeds')
    .addOption(new Option('--texts <file>', 'raw texts, as attune pretrain takes them').conflicts('stocknet'))
    .option('--stocknet <folder>', 'folder with tweets.jsonl.gz and StockTable, whose texts are taken')
    .requiredOption('--train <file>', 'training rows')
    .requiredOption('--test <file>', 'test rows')
    .option('--encoder <name|folder>', 'encoder that both sides begin with', 'all-MiniLM-L6-v2')
    .option(
      '--config <head.yaml>',
      'of the head and, in its section pretraining, of the pretraining',
      join(root, 'tools/bench/heads/twitter.yaml'),
    )
    .addOption(new Option('--seeds <n>', 'times that each side is trained').argParser(count).default(5))
    .addOption(new Option('--steps <n>', 'of the pretraining; default as configured').argParser(count))
    .option('--out <folder>', 'where the result is written', join(root, 'docs/results'))
    .option('--work <folder>', 'for texts and models; what is measured already is used', join(tmpdir(), 'attune-bench'))
    .action(async ({ seeds, out, ...options }: PretrainingCommandOptions) => {
      const numbers = Array.from({ length: seeds }, (_, place) => 42 + place);
      await publish(await comparePretraining({ ...options, seeds: numbers, onRun: say, command }), out);
    });
}
