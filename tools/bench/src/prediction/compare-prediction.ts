import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { attuneCommand, lastJsonLine } from '../attune-command';
import { lookAtMachine, type MachineState } from '../machine';
import { runMeasured } from '../measured-process';
import { requirePython } from '../python';
import { median } from '../statistics';
import { takeRows } from '../training/banking77';
import type { Result } from '../write-result';

export interface PredictionComparisonOptions {
  python: string;
  /** Model directory of this project. */
  model: string;
  /** Rows of text, as JSON lines. */
  texts: string;
  limit: number;
  /** Threads of Python; this project takes all processors. */
  threads: number;
  /** Folder for the predictions. */
  work: string;
  rounds: number;
  onRun: (what: string) => void;
  command: string;
}

/** Texts a second of one run: of the prediction itself, and of the whole process. */
interface Rates {
  predicting: number;
  whole: number;
}

const oursSchema = z.object({ rowsPerSecond: z.number() });
const theirsSchema = z.object({ predictSeconds: z.number() });
const labelledSchema = z.object({ label: z.string() });

const SIDES = ['Attune int8', 'Attune fp32', 'Python transformers, fp32'] as const;
type Side = (typeof SIDES)[number];

/** Compares `attune predict` over a file with Python transformers' pipeline over the same file and model, in turns. */
export async function comparePrediction(options: PredictionComparisonOptions): Promise<Result> {
  const { python, texts, limit, work, rounds, onRun } = options;
  requirePython(python, ['torch', 'transformers']);
  await mkdir(work, { recursive: true });
  const source = join(work, 'texts.jsonl');
  const rows = await takeRows(texts, source, limit);
  const machine = await lookAtMachine();
  const rates = new Map<Side, Rates[]>(SIDES.map((side) => [side, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const side of SIDES) {
      onRun(`round ${round} of ${rounds}: ${side}`);
      rates.get(side)?.push(await runSide(side, source, rows, options, machine));
    }
  }
  return resultOf(rates, rows, await agreement(options), options, machine);
}

function outputOf(side: Side, work: string): string {
  return join(work, `predictions.${SIDES.indexOf(side)}.jsonl`);
}

async function runSide(
  side: Side,
  texts: string,
  rows: number,
  options: PredictionComparisonOptions,
  { peerEnvironment }: MachineState,
): Promise<Rates> {
  const { python, model, threads, work } = options;
  const out = outputOf(side, work);
  if (side === 'Python transformers, fp32') {
    const script = join(__dirname, '../../python/predict_texts.py');
    const args = [script, model, texts, out, '--threads', String(threads)];
    const run = await runMeasured('predict_texts.py', python, args, peerEnvironment);
    return { predicting: rows / theirsSchema.parse(lastJsonLine(run.stdout)).predictSeconds, whole: rows / run.wallSeconds };
  }
  const precision = side === 'Attune int8' ? 'int8' : 'fp32';
  const { command, args } = attuneCommand(
    ...['predict', '--model', model, '--data', texts, '--text-column', 'text'],
    ...['--out', out, '--precision', precision, '--json'],
  );
  const run = await runMeasured('attune predict', command, args);
  return { predicting: oursSchema.parse(lastJsonLine(run.stdout)).rowsPerSecond, whole: rows / run.wallSeconds };
}

/** Share of texts that a side labels as Python transformers does. */
async function agreement({ work }: PredictionComparisonOptions): Promise<Map<Side, number>> {
  const labels = async (side: Side): Promise<string[]> =>
    (await readFile(outputOf(side, work), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => labelledSchema.parse(JSON.parse(line)).label);
  const theirs = await labels('Python transformers, fp32');
  const shares = new Map<Side, number>();
  for (const side of SIDES) {
    const own = await labels(side);
    shares.set(side, own.filter((label, row) => label === theirs[row]).length / theirs.length);
  }
  return shares;
}

function resultOf(
  rates: Map<Side, Rates[]>,
  rows: number,
  agreed: Map<Side, number>,
  options: PredictionComparisonOptions,
  machine: MachineState,
): Result {
  const middle = (side: Side, which: keyof Rates): number => median((rates.get(side) ?? []).map((rate) => rate[which]));
  const peer = 'Python transformers, fp32';
  return {
    name: 'prediction',
    title: `Predicting ${rows.toLocaleString('en')} short texts against Python transformers`,
    command: options.command,
    summary:
      `One file, one exported head, ${options.threads} threads; ${options.rounds} ${options.rounds === 1 ? 'run' : 'runs'} of each side, in turns; medians. "Predicting" leaves out the start of the ` +
      'process and the loading of the model; for this project it includes reading and writing the file.',
    columns: ['', 'texts/s, predicting', 'ratio', 'texts/s, whole process', 'ratio', 'same label as Python'],
    rows: SIDES.map((side) => [
      side,
      middle(side, 'predicting').toFixed(0),
      (middle(side, 'predicting') / middle(peer, 'predicting')).toFixed(2),
      middle(side, 'whole').toFixed(0),
      (middle(side, 'whole') / middle(peer, 'whole')).toFixed(2),
      `${(100 * (agreed.get(side) ?? NaN)).toFixed(2)} %`,
    ]),
    notes: ['The pipeline predicts batches of 32, in the order of the file.', machine.note],
  };
}
