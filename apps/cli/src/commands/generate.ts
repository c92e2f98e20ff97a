import type { Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { numberOption, wholeNumberOption } from '../option-values';
import { printJson, printMessage, printResult } from '../terminal';

interface GenerateOptions {
  model: string;
  text: string;
  tokens: number;
  temperature: number;
  topK?: number;
  topP?: number;
  repetitionPenalty?: number;
  seed: number;
  json?: boolean;
}

const MOST_TOKENS = 100_000;
const MOST_WORDS = 10_000_000;
const LARGEST_SEED = 2 ** 32 - 1;

/** Adds `attune generate`. */
export function registerGenerate(program: Command): void {
  const command = program
    .command('generate')
    .description('let a causal language model, such as GPT-2, write on from a text')
    .requiredOption('--model <folder|id>', 'language model: a folder, or a hub id such as openai-community/gpt2')
    .requiredOption('--text <text>', 'what it starts from; empty for a text from its begin')
    .option('--tokens <number>', 'most tokens to add', wholeNumberOption(1, MOST_TOKENS), 50)
    .option('--temperature <number>', '0 takes the likeliest token each time, more than 1 is more daring', numberOption, 1)
    .option('--top-k <number>', 'draw from so many of the likeliest tokens', wholeNumberOption(1, MOST_WORDS))
    .option('--top-p <number>', 'draw from the likeliest tokens that together have this probability', numberOption)
    .option('--repetition-penalty <number>', 'above 1: tokens of the text so far are less likely', numberOption)
    .option('--seed <number>', 'of the draws; the same seed gives the same text', wholeNumberOption(0, LARGEST_SEED), 0)
    .option('--json', 'print one line of JSON to stdout')
    .action((options: GenerateOptions) => generate(command, options));
}

async function generate(command: Command, options: GenerateOptions): Promise<void> {
  const { temperature, topP, repetitionPenalty } = options;
  if (temperature < 0) command.error('--temperature must not be negative.');
  if (topP !== undefined && !(topP > 0 && topP <= 1)) command.error('--top-p must be above 0 and at most 1.');
  if (repetitionPenalty !== undefined && repetitionPenalty <= 0) command.error('--repetition-penalty must be above 0.');
  const { TextGenerator } = await import('@attune/finetune');
  const generator = await TextGenerator.open(options.model);
  try {
    const { text, json, model: _model, ...sampling } = options;
    const started = performance.now();
    const result = await withInterrupt(
      () => printMessage('Stopping.'),
      (signal) => generator.generate(text, { ...sampling, signal }),
    );
    const seconds = (performance.now() - started) / 1000;
    if (json === true) {
      const { continuation, tokenIds, ended } = result;
      printJson({ text, continuation, tokens: tokenIds.length, ended, seed: options.seed, seconds });
    } else printResult(text + result.continuation);
  } finally {
    generator.dispose();
  }
}
