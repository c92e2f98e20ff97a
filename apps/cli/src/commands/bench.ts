import type { TrainingBenchmark } from '@attune/finetune';
import type { InferenceBenchmark } from '@attune/inference';
import { Argument, Option, type Command } from 'commander';
import { resolveEmbedder } from '../embedder';
import { withInterrupt } from '../interrupt';
import { renderTable } from '../report-tables';
import { formatCount, printJson, printMessage, printResult } from '../terminal';

interface BenchOptions {
  model?: string;
  precision: 'auto' | 'fp32' | 'bf16';
  json?: boolean;
}

const DEFAULT_ENCODER = 'all-MiniLM-L6-v2';
/** Batches that steps are measured on: sentences, and short texts. */
const SHAPES = [
  { rows: 16, tokens: 64 },
  { rows: 32, tokens: 24 },
];
const PRECISIONS = ['fp32', 'int8'] as const;

/** Adds `attune bench`. */
export function registerBench(program: Command): void {
  program
    .command('bench')
    .description('measure training steps, or texts a second, on this machine')
    .addArgument(new Argument('<what>', 'what to measure').choices(['training', 'inference']))
    .option('--model <folder|encoder>', `inference: model to measure; training: encoder (default: ${DEFAULT_ENCODER})`)
    .addOption(new Option('--precision <name>', 'training: of matrix products').choices(['auto', 'fp32', 'bf16']).default('auto'))
    .option('--json', 'print one line of JSON to stdout')
    .action((what: string, options: BenchOptions) => (what === 'training' ? benchTraining(options) : benchInference(options)));
}

async function benchTraining({ model = DEFAULT_ENCODER, precision, json }: BenchOptions): Promise<void> {
  const { benchmarkTraining } = await import('@attune/finetune');
  const results = await withInterrupt(
    () => printMessage('Stopping.'),
    (signal) => benchmarkTraining({ encoder: model, shapes: SHAPES, precision, signal }),
  );
  if (json === true) printJson({ training: results });
  else printResult(trainingTable(results));
}

function trainingTable(results: readonly TrainingBenchmark[]): string {
  const rows = results.map(({ rows: batch, tokens, precision, milliseconds, tokensPerSecond }) => [
    `${batch} × ${tokens} tokens, ${precision}`,
    `${milliseconds.fastest.toFixed(1)} ms`,
    `${milliseconds.median.toFixed(1)} ms`,
    formatCount(Math.round(tokensPerSecond)),
  ]);
  return renderTable(['step', 'fastest', 'median', 'tokens/s'], rows);
}

async function benchInference({ model = DEFAULT_ENCODER, json }: BenchOptions): Promise<void> {
  const { benchmarkInference } = await import('@attune/inference');
  const directory = await resolveEmbedder(model);
  const results: InferenceBenchmark[] = [];
  for (const precision of PRECISIONS) results.push(await benchmarkInference(directory, { precision }));
  if (json === true) printJson({ inference: results });
  else printResult(inferenceTable(results));
}

function inferenceTable(results: readonly InferenceBenchmark[]): string {
  const rows = results.map(({ precision, threads, textsPerSecond, tokensPerSecond, shortTexts, loadSeconds, singleTextMilliseconds }) => [
    `${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    formatCount(Math.round(textsPerSecond)),
    formatCount(Math.round(tokensPerSecond)),
    formatCount(Math.round(shortTexts.textsPerSecond)),
    `${singleTextMilliseconds.p50.toFixed(1)} ms`,
    `${singleTextMilliseconds.p99.toFixed(1)} ms`,
    `${loadSeconds.toFixed(1)} s`,
  ]);
  const [{ shortTexts }] = results;
  const short = `texts/s of ${Math.round(shortTexts.tokensPerText)} tokens`;
  return renderTable(['model', 'texts/s', 'tokens/s', short, 'one text, median', '99 of 100 below', 'load'], rows);
}
