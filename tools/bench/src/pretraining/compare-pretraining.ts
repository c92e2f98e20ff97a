import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import type { ConfigFlag, PretrainingResult, TrainingEvent } from '@attune/finetune';
import { KnownRuns } from '../known-runs';
import { deviation, mean } from '../statistics';
import { signed, type Result } from '../write-result';
import { writeStockNetTexts } from './stocknet-texts';

export interface PretrainingComparisonOptions {
  /** Raw texts, or the folder of StockNet, whose texts are taken. */
  texts?: string;
  stocknet?: string;
  train: string;
  test: string;
  encoder: string;
  config: string;
  seeds: readonly number[];
  /** Of the pretraining. */
  steps?: number;
  /** For texts, models and what is measured already: a measurement that was stopped goes on. */
  work: string;
  onRun: (message: string) => void;
  command: string;
}

/** Figures of a head on the test rows. */
interface Run {
  macroF1: number;
  accuracy: number;
  seconds: number;
}

const SIDES = ['as it is', 'pretrained'] as const;
type Side = (typeof SIDES)[number];

/** Pretrains an encoder once, and trains the same head on it and on the encoder as it was, in turns, with several seeds. */
export async function comparePretraining(options: PretrainingComparisonOptions): Promise<Result> {
  const { seeds, work } = options;
  const texts = await textsOf(options);
  const pretrained = join(work, 'pretrained');
  const figures = await pretrainOnce(texts, pretrained, options);
  const known = await KnownRuns.read<Run>(join(work, 'runs.json'));
  const runs: Record<Side, Run[]> = { 'as it is': [], pretrained: [] };
  for (const [turn, seed] of seeds.entries()) {
    // The side that begins changes, so that neither has the quieter machine.
    for (const side of turn % 2 === 0 ? SIDES : [...SIDES].reverse()) {
      const encoder = side === 'pretrained' ? pretrained : options.encoder;
      const given = side === 'pretrained' ? JSON.stringify(figures) : encoder;
      runs[side].push(await trainOnce(side, { seed, encoder, given }, known, options));
    }
  }
  return pageOf(texts, figures, runs, options);
}

async function textsOf({ texts, stocknet, work }: PretrainingComparisonOptions): Promise<string> {
  if (texts !== undefined) return texts;
  if (stocknet === undefined) throw new AttuneError('wrong-use', 'There are no texts: name them with --texts or --stocknet.');
  const file = join(work, 'stocknet.txt');
  if (!existsSync(file)) await writeStockNetTexts(stocknet, file);
  return file;
}

function flag(path: string, value: unknown): ConfigFlag {
  return { flag: path, path, value };
}

async function pretrainOnce(
  texts: string,
  out: string,
  { encoder, config: file, steps, onRun }: PretrainingComparisonOptions,
): Promise<PretrainingResult> {
  const metrics = join(out, 'metrics.json');
  if (!existsSync(metrics)) {
    const { loadHeadConfig, pretrain } = await import('@attune/finetune');
    const stepFlags = steps === undefined ? [] : [flag('pretraining.steps', steps)];
    const config = await loadHeadConfig(file, [flag('encoder', encoder), flag('pretraining.data', texts), ...stepFlags]);
    const onEvent = (event: TrainingEvent): void => {
      if (event.type === 'note') onRun(event.message);
      if (event.type === 'evaluation') onRun(`  step ${event.step}: perplexity ${event.metrics.perplexity.toFixed(2)}`);
    };
    await pretrain(config, { out, resume: true, signal: new AbortController().signal, onEvent, createdBy: 'attune bench' });
  }
  return JSON.parse(await readFile(metrics, 'utf8')) as PretrainingResult;
}

async function trainOnce(
  side: Side,
  { seed, encoder, given }: { seed: number; encoder: string; given: string },
  known: KnownRuns<Run>,
  { config: file, train, test, work, onRun }: PretrainingComparisonOptions,
): Promise<Run> {
  const rows = JSON.stringify([given, train, test, await readFile(file, 'utf8')]);
  const key = `${side}, seed ${seed}, ${createHash('sha256').update(rows).digest('hex').slice(0, 12)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  onRun(`${side}, seed ${seed}`);
  const { loadHeadConfig, trainHead } = await import('@attune/finetune');
  const config = await loadHeadConfig(file, [
    flag('encoder', encoder),
    flag('data.train', train),
    flag('data.test', test),
    flag('seed', seed),
    flag('export.int8', false),
  ]);
  const out = join(work, 'head');
  const result = await trainHead(config, { out, resume: false, signal: new AbortController().signal, onEvent: () => undefined });
  await rm(out, { recursive: true });
  const made = { macroF1: result.test?.macroF1 ?? NaN, accuracy: result.test?.accuracy ?? NaN, seconds: result.seconds };
  onRun(`  macro-F1 ${made.macroF1.toFixed(4)}, accuracy ${made.accuracy.toFixed(4)}, ${made.seconds.toFixed(0)} s`);
  await known.put(key, made);
  return made;
}

function pageOf(
  texts: string,
  { perplexity, texts: learned, tokens, steps, seconds }: PretrainingResult,
  runs: Record<Side, Run[]>,
  { seeds, train, encoder, config, command }: PretrainingComparisonOptions,
): Result {
  const gains = runs.pretrained.map(({ macroF1 }, place) => macroF1 - runs['as it is'][place].macroF1);
  return {
    name: 'pretraining',
    title: `Pretraining on raw texts, measured on ${basename(train).split('.')[0]}`,
    command,
    summary:
      `${encoder} went on with masked-language-model training on ${learned.toLocaleString('en-US')} texts of ${basename(texts)} ` +
      `(${tokens.toLocaleString('en-US')} tokens, ${steps} steps, ${seconds.toFixed(0)} s). The head of ${basename(config)} was trained on it and on the encoder as it ` +
      `was, in turns, with the seeds ${seeds.join(', ')}; told are figures on the test rows.`,
    columns: ['encoder', 'macro-F1, mean', 'spread', 'accuracy, mean', ...seeds.map((seed) => `seed ${seed}`), 'seconds a run'],
    rows: [
      ...SIDES.map((side) => [
        side,
        mean(runs[side].map(({ macroF1 }) => macroF1)).toFixed(4),
        deviation(runs[side].map(({ macroF1 }) => macroF1)).toFixed(4),
        mean(runs[side].map(({ accuracy }) => accuracy)).toFixed(4),
        ...runs[side].map(({ macroF1 }) => macroF1.toFixed(4)),
        mean(runs[side].map((one) => one.seconds)).toFixed(0),
      ]),
      ['difference', signed(mean(gains)), deviation(gains).toFixed(4), '', ...gains.map(signed), ''],
    ],
    notes: [
      `Perplexity of hidden words on texts that were set aside: ${perplexity.before.toFixed(1)} before, ${perplexity.after.toFixed(1)} after. ` +
        'Before, a new head knows how frequent each token is and nothing else.',
      'Spread: standard deviation over the seeds; in the last line, of the differences.',
    ],
  };
}
