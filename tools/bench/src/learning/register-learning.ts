import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Result } from '../write-result';
import { writeDraw } from './draw-rows';
import { measureContinual, type ContinualMeasurementOptions } from './measure-continual';
import { measureRegularisers, type RegulariserMeasurementOptions } from './measure-regularisers';
import { measureWays, type WayMeasurementOptions } from './measure-ways';
import { MATERIALS } from './ways';

export interface LearningBenchmarks {
  /** Root of the checkout. */
  root: string;
  /** The command line that the page shows. */
  command: string;
  say: (message: string) => void;
  publish: (result: Result, folder: string) => Promise<void>;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of at least 1 is needed.');
  return value;
}

/** Adds measurements of ways of learning. */
export function registerLearning(program: Command, { root, command, say, publish }: LearningBenchmarks): void {
  program
    .command('continual')
    .description("CLINC150's ten domains one after another, by ways against forgetting, beside all at once")
    .requiredOption('--clinc150 <folder>', 'folder with data_full.json and domains.json')
    .option('--config <head.yaml>', 'of every step', join(root, 'tools/bench/heads/clinc150-continual.yaml'))
    .addOption(new Option('--rows-per-label <n>', 'training rows of each intent').argParser(count).default(100))
    .option('--strategies <names...>', 'as attune continual has them', ['joint', 'naive', 'replay', 'replay+lwf', 'lwf', 'ewc', 'l2-sp'])
    .option('--no-forward-transfer', 'do not measure what earlier domains do for a later one')
    .option('--out <folder>', 'where the result is written', join(root, 'docs/results'))
    .option('--work <folder>', 'for rows and models; what is measured already is used', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<ContinualMeasurementOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await measureContinual({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('regularisers')
    .description('each regulariser, augmentation and distillation by itself, on few rows a label')
    .requiredOption('--train <file.jsonl>', 'rows with text and label, of which some are trained on')
    .requiredOption('--test <file.jsonl>', 'test rows')
    .option('--config <head.yaml>', 'beside which each is measured', join(root, 'tools/bench/heads/few-rows.yaml'))
    .addOption(new Option('--per-label <n>', 'training rows of each label').argParser(count).default(10))
    .addOption(new Option('--seeds <n>', 'times that each is trained').argParser(count).default(3))
    .option('--out <folder>', 'where the result is written', join(root, 'docs/results'))
    .option('--work <folder>', 'for rows and models; what is measured already is used', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<RegulariserMeasurementOptions, 'onRun' | 'command' | 'seeds'> & { seeds: number; out: string }) => {
      const seeds = Array.from({ length: options.seeds }, (_, place) => 42 + place);
      await publish(await measureRegularisers({ ...options, seeds, onRun: say, command }), options.out);
    });
  program
    .command('ways')
    .description('every way of learning on PhraseBank and BANKING77: accuracy, trained parameters, time, memory, size')
    .requiredOption('--data <folder>', 'phrasebank and banking77 as NAME.train.jsonl and NAME.test.jsonl')
    .option('--heads <folder>', 'configurations of the data', join(root, 'tools/bench/heads'))
    .addOption(new Option('--draws <n>', 'draws of 8 rows of each intent').argParser(count).default(3))
    .addOption(
      new Option('--materials <names...>', 'measured now; of others, what is measured already is told')
        .choices(MATERIALS)
        .default(MATERIALS),
    )
    .option('--ways <names...>', 'measured now, by their names in the table; default all')
    .option('--out <folder>', 'where the result is written', join(root, 'docs/results'))
    .option('--work <folder>', 'for rows and models; what is measured already is used', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<WayMeasurementOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await measureWays({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('draw')
    .description('a few rows of every label, the same on every machine: those whose hash with the number of the draw is smallest')
    .requiredOption('--data <file.jsonl>', 'rows with text and label')
    .requiredOption('--out <file.jsonl>', 'where the draw is written')
    .addOption(new Option('--per-label <n>', 'rows of each label').argParser(count).default(8))
    .addOption(new Option('--draw <n>', 'number of the draw').argParser(count).default(1))
    .action(async ({ data, out, perLabel, draw }: { data: string; out: string; perLabel: number; draw: number }) => {
      say(`${await writeDraw(data, out, perLabel, draw)} rows in ${out}`);
    });
}
