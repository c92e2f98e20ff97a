import type { ConfigFlag, PretrainingResult } from '@attune/finetune';
import { Option, type Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { keyValueOption, numberOption, type KeyValue } from '../option-values';
import { ProgressLines } from '../progress-lines';
import { renderTable } from '../report-tables';
import { formatCount, printJson, printResult } from '../terminal';
import { TrainingDisplay } from '../training-display';
import { PROGRESS_FORMATS, type ProgressFormat } from '../training-reporter';
import { createdBy } from '../version';

interface PretrainCommandOptions {
  readonly config?: string;
  readonly set?: readonly KeyValue[];
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly progress: ProgressFormat;
}

/** Flags that set one key of head.yaml; its values are checked by the schema. */
const KEY_OPTIONS: readonly { option: Option; path: string }[] = [
  keyOption('--data <files...>', 'pretraining.data', 'raw texts: .txt (a text a line), .jsonl, .csv, .tsv or .parquet, plain or .gz'),
  keyOption('--text <column>', 'pretraining.text', 'column of the text, in files that have columns'),
  keyOption('--encoder <id|folder>', 'encoder', 'encoder to go on with: folder, hub id, or the one that setup installed'),
  numberKey('--epochs <n>', 'pretraining.epochs', 'passes over the texts'),
  numberKey('--steps <n>', 'pretraining.steps', 'optimiser steps, in place of epochs'),
  numberKey('--batch-size <n>', 'pretraining.batchSize', 'rows an optimiser step sees'),
  numberKey('--max-length <n>', 'pretraining.maxLength', 'tokens of a row; a longer text becomes several rows'),
  numberKey('--learning-rate <x>', 'pretraining.learningRate', 'peak learning rate'),
  keyOption('--packing', 'pretraining.packing', 'put texts that follow one another together in a row'),
  numberKey('--evaluate-every <n>', 'pretraining.evaluateEvery', 'steps between measurements of the perplexity'),
  numberKey('--checkpoint-every <n>', 'pretraining.checkpointEvery', 'steps between checkpoints for --resume'),
  numberKey('--seed <n>', 'seed', 'seed of every random choice'),
  keyOption('--scratch', 'pretraining.scratch', 'a new BERT, and a vocabulary learned from the texts, in place of an encoder'),
  numberKey('--vocabulary-size <n>', 'pretraining.vocabularySize', 'scratch: words and pieces of words'),
  numberKey('--layers <n>', 'pretraining.layers', 'scratch: blocks of the encoder'),
  numberKey('--hidden <n>', 'pretraining.hidden', 'scratch: width of the states'),
  numberKey('--heads <n>', 'pretraining.heads', 'scratch: attention heads'),
];

function keyOption(flags: string, path: string, description: string): { option: Option; path: string } {
  return { option: new Option(flags, description), path };
}

function numberKey(flags: string, path: string, description: string): { option: Option; path: string } {
  return { option: new Option(flags, description).argParser(numberOption), path };
}

/** Adds `attune pretrain`. */
export function registerPretrain(program: Command): void {
  const command = program
    .command('pretrain')
    .description('go on with the language-model training of an encoder on raw text, or begin it with a new one')
    .option('-c, --config <head.yaml>', 'configuration; its section pretraining has every key, and flags win over it');
  for (const { option } of KEY_OPTIONS) command.addOption(option);
  command
    .addOption(new Option('--set <key=value>', 'set any key of head.yaml, by its path; may be repeated').argParser(keyValueOption))
    .requiredOption('--out <folder>', 'where the encoder goes, for --encoder of attune train')
    .option('--resume', 'go on with an interrupted run of the same configuration and texts')
    .option('--json', 'print one line of JSON to stdout')
    .addOption(
      new Option('--progress <format>', 'progress on stderr: text for people, or json, an object a line for programs')
        .choices(PROGRESS_FORMATS)
        .default('text'),
    )
    .action((own: PretrainCommandOptions) => {
      const values = command.opts<Record<string, unknown>>();
      const flags = KEY_OPTIONS.flatMap(({ option, path }) => {
        const value = values[option.attributeName()];
        return value === undefined ? [] : [{ flag: option.long ?? path, path, value }];
      });
      const set = (own.set ?? []).map(({ key, value }) => ({ flag: `--set ${key}`, path: key, value }));
      return pretrain(own, [...flags, ...set]);
    });
}

async function pretrain(options: PretrainCommandOptions, flags: ConfigFlag[]): Promise<void> {
  const { loadHeadConfig, pretrain: learn } = await import('@attune/finetune');
  const config = await loadHeadConfig(options.config, flags);
  const { out, resume = false, json = false, progress } = options;
  const display = progress === 'json' ? new ProgressLines() : new TrainingDisplay();
  let result: PretrainingResult;
  try {
    result = await withInterrupt(
      () => display.note('Stopping after this step. Ctrl-C again stops at once.'),
      (signal) => learn(config, { out, resume, signal, createdBy, onEvent: (event) => display.show(event) }),
    );
  } finally {
    display.stop();
  }
  if (json) printJson(result);
  else printResult(`\n${renderResult(result)}`);
  if (!json || progress === 'json') display.finish(result);
}

function renderResult({ texts, tokens, steps, perplexity }: PretrainingResult): string {
  return renderTable(
    ['texts', 'tokens', 'steps', 'perplexity before', 'perplexity after'],
    [[...[texts, tokens, steps].map(formatCount), perplexity.before.toFixed(2), perplexity.after.toFixed(2)]],
  );
}
