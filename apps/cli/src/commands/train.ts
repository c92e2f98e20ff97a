import type { ConfigFlag } from '@attune/finetune';
import { Option, type Command } from 'commander';
import { numberOption } from '../option-values';
import { runTraining } from '../run-training';
import { printResult } from '../terminal';

/** A flag that sets one key of head.yaml; its values are checked by the schema. */
interface KeyFlag {
  flags: string;
  path: string;
  description: string;
  isNumber?: boolean;
}

const KEY_FLAGS: readonly KeyFlag[] = [
  { flags: '--data <file>', path: 'data.train', description: 'training rows: .csv, .tsv, .jsonl or .parquet, plain or .gz' },
  { flags: '--test <file>', path: 'data.test', description: 'test rows, seen only by the final report' },
  { flags: '--text <column>', path: 'data.text', description: 'column of the text' },
  {
    flags: '--pair <column>',
    path: 'data.pair',
    description: 'column of the second text of a pair; matching: of the text that answers the first',
  },
  { flags: '--label <column>', path: 'data.label', description: 'column of the label' },
  { flags: '--encoder <id|folder>', path: 'encoder', description: 'pretrained encoder: folder, hub id, or the one that setup installed' },
  { flags: '--tuner <name>', path: 'tuner.name', description: 'full, lora, bitfit or head' },
  { flags: '--task <name>', path: 'task', description: 'classification, multi-label, regression or matching' },
  { flags: '--epochs <n>', path: 'training.epochs', description: 'passes over the training rows', isNumber: true },
  { flags: '--learning-rate <x>', path: 'optimizer.learningRate', description: 'peak learning rate', isNumber: true },
  { flags: '--batch-size <n>', path: 'training.batchSize', description: 'rows an optimiser step sees', isNumber: true },
  { flags: '--max-length <n>', path: 'training.maxLength', description: 'tokens kept of a text', isNumber: true },
  { flags: '--seed <n>', path: 'seed', description: 'seed of every random choice', isNumber: true },
];

interface TrainOptions {
  config?: string;
  out?: string;
  resume?: boolean;
  json?: boolean;
  printConfig?: boolean;
}

/**
 * Adds `attune train`.
 *
 * @param keys description of head.yaml's keys, printed below the help
 */
export function registerTrain(program: Command, keys: string): void {
  const command = program
    .command('train')
    .description('fine-tune an encoder on labelled rows and export the head')
    .option('-c, --config <head.yaml>', 'configuration; flags win over it');
  const options = KEY_FLAGS.map(({ flags, description, isNumber }) => {
    const option = new Option(flags, description);
    if (isNumber) option.argParser(numberOption);
    command.addOption(option);
    return option;
  });
  command
    .option('--resume', 'continue an interrupted run of the same configuration')
    .option('--out <folder>', 'where the head goes')
    .option('--json', 'print one line of JSON to stdout')
    .option('--print-config', 'print the configuration with every key explained, and stop')
    .addHelpText('after', keys)
    .action((own: TrainOptions) => {
      const values = command.opts<Record<string, unknown>>();
      const flags = KEY_FLAGS.flatMap(({ flags: text, path }, index) => {
        const value = values[options[index].attributeName()];
        return value === undefined ? [] : [{ flag: text.split(' ')[0], path, value }];
      });
      return train(command, own, flags);
    });
}

/** Every key of head.yaml, for the help of `attune train`. */
export async function describeTrainKeys(): Promise<string> {
  const { describeHeadConfig } = await import('@attune/finetune');
  const lines = ['', 'Keys of head.yaml (attune train --print-config writes a commented example):'];
  for (const section of describeHeadConfig()) {
    lines.push('', section.name === undefined ? '  (top level)' : `  ${section.name}: ${section.description}`);
    for (const key of section.keys) {
      const standard = key.default === undefined ? '' : ` [${JSON.stringify(key.default)}]`;
      const flag = KEY_FLAGS.find(({ path }) => path === key.path)?.flags.split(' ')[0];
      lines.push(`    ${key.path}${flag === undefined ? '' : ` (${flag})`}`, `        ${key.description} (${key.type})${standard}`);
    }
  }
  return lines.join('\n');
}

async function train(command: Command, options: TrainOptions, flags: ConfigFlag[]): Promise<void> {
  const finetune = await import('@attune/finetune');
  const config = await finetune.loadHeadConfig(options.config, flags);
  if (options.printConfig === true) {
    printResult(finetune.writeHeadConfigExample(config).trimEnd());
    return;
  }
  const { out } = options;
  if (out === undefined) command.error('--out is missing: the folder where the head goes.');
  if (config.data.train === undefined) {
    command.error('there are no training rows. Name their file with --data, or data.train in head.yaml.');
  }
  await runTraining(config, { out, resume: options.resume ?? false, json: options.json ?? false });
}
