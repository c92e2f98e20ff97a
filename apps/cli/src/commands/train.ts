import type { ConfigFlag } from '@attune/finetune';
import { Option, type Command } from 'commander';
import { keyValueOption, numberOption, type KeyValue } from '../option-values';
import { trainRanking } from '../ranking/train-ranking';
import { runTraining } from '../run-training';
import { printResult } from '../terminal';
import { PROGRESS_FORMATS, type ProgressFormat } from '../training-reporter';

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
  {
    flags: '--from <folder>',
    path: 'continual.from',
    description: 'go on from a model that was trained before: its encoder, heads and labels, with new rows and labels',
  },
  { flags: '--tuner <name>', path: 'tuner.name', description: 'full, lora, dora, ia3, adapters, prompt-tuning, bitfit or head' },
  {
    flags: '--task <name>',
    path: 'task',
    description: 'classification, multi-label, regression, matching, zero-shot, few-shot or ranking',
  },
  { flags: '--events <file>', path: 'data.events', description: 'ranking: behaviour, columns user, item, ts and optionally type, value' },
  { flags: '--items <file>', path: 'data.items', description: 'ranking: items, columns item, text and any attributes' },
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
  set?: readonly KeyValue[];
  progress: ProgressFormat;
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
    .addOption(
      new Option('--set <key=value>', 'set any key of head.yaml, by its path: export.int8=false; may be repeated').argParser(
        keyValueOption,
      ),
    )
    .option('--resume', 'continue an interrupted run of the same configuration')
    .option('--out <folder>', 'where the head goes')
    .option('--json', 'print one line of JSON to stdout')
    .addOption(
      new Option('--progress <format>', 'progress on stderr: text for people, or json, an object a line for programs')
        .choices(PROGRESS_FORMATS)
        .default('text'),
    )
    .option('--print-config', 'print the configuration with every key explained, and stop')
    .addHelpText('after', keys)
    .action((own: TrainOptions) => {
      const values = command.opts<Record<string, unknown>>();
      const flags = KEY_FLAGS.flatMap(({ flags: text, path }, index) => {
        const value = values[options[index].attributeName()];
        return value === undefined ? [] : [{ flag: text.split(' ')[0], path, value }];
      });
      const set = (own.set ?? []).map(({ key, value }) => ({ flag: `--set ${key}`, path: key, value }));
      return train(command, own, [...flags, ...set]);
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
  if (await finetune.configuresRanking(options.config, flags)) return rank(command, options, flags);
  const config = await finetune.loadHeadConfig(options.config, flags);
  if (options.printConfig === true) {
    printResult(finetune.writeHeadConfigExample(config).trimEnd());
    return;
  }
  const out = outputFolder(command, options);
  if (config.data.train === undefined && config.task !== 'zero-shot') {
    command.error('there are no training rows. Name their file with --data, or data.train in head.yaml.');
  }
  const { resume = false, json = false, progress } = options;
  await runTraining(config, { out, resume, json, progress });
}

async function rank(command: Command, options: TrainOptions, flags: ConfigFlag[]): Promise<void> {
  const { loadRankingConfig, writeHeadConfigExample } = await import('@attune/finetune');
  const config = await loadRankingConfig(options.config, flags);
  if (options.printConfig === true) {
    printResult(writeHeadConfigExample(config).trimEnd());
    return;
  }
  const out = outputFolder(command, options);
  if (options.resume === true) command.error('--resume is not for a ranking: it trains in minutes.');
  await trainRanking(config, { out, json: options.json ?? false, progress: options.progress });
}

/** A head is made in a folder, whole, before it goes anywhere else. */
function outputFolder(command: Command, { out }: TrainOptions): string {
  if (out === undefined) command.error('--out is missing: the folder where the head goes.');
  if (!/^[a-z0-9]+:\/\//i.test(out)) return out;
  command.error(
    `--out takes a folder, not ${out}. Train into one, then: attune models add APP VERSION FOLDER --models s3://bucket/prefix.`,
  );
}
