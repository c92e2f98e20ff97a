import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { attuneCommand, lastJsonLine } from '../attune-command';
import { lookAtMachine, type MachineState } from '../machine';
import { runMeasured, type ProcessRun } from '../measured-process';
import { requirePython } from '../python';
import { median } from '../statistics';
import type { Result } from '../write-result';
import { peerScript, prepareBanking77, type Banking77 } from './banking77';

export interface TrainingComparisonOptions {
  python: string;
  /** Folder of hf_trainer.py and to_jsonl.py. */
  peers: string;
  /** Folder for converted data and models. */
  work: string;
  /** Folder of the encoder. */
  encoder: string;
  /** This project's configuration; without it, the peer's epochs, learning rate and batch size. */
  config?: string;
  epochs: number;
  learningRate: number;
  batchSize: number;
  /** Times that each side trains, in turns. */
  rounds: number;
  onRun: (what: string) => void;
  command: string;
}

/** Threads that hf_trainer.py takes; this project's products get as many. */
const PEER_THREADS = 2;

interface TrainingRun extends ProcessRun {
  accuracy: number;
  macroF1: number;
}

const oursSchema = z.object({ test: z.object({ accuracy: z.number(), macroF1: z.number() }) });
const theirsSchema = z.object({ accuracy: z.number(), macro_f1: z.number() });

/**
 * Compares fine-tuning on BANKING77 with Hugging Face's Trainer: whole processes, from the file of rows to the model on
 * the disk with the test rows judged, in turns.
 */
export async function compareTraining(options: TrainingComparisonOptions): Promise<Result> {
  const { python, peers, work, rounds, onRun } = options;
  requirePython(python, ['torch', 'transformers', 'accelerate', 'sklearn']);
  const data = await prepareBanking77(python, peers, work);
  const machine = await lookAtMachine();
  const ours: TrainingRun[] = [];
  const theirs: TrainingRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    onRun(`round ${round} of ${rounds}: attune train`);
    ours.push(await trainOurs(data, options));
    onRun(`round ${round} of ${rounds}: hf_trainer.py`);
    theirs.push(await trainTheirs(data, options, machine));
  }
  return resultOf(ours, theirs, options, machine);
}

async function trainOurs(data: Banking77, options: TrainingComparisonOptions): Promise<TrainingRun> {
  const { config, encoder, epochs, learningRate, batchSize, work } = options;
  const out = join(work, 'banking77-attune');
  await rm(out, { recursive: true, force: true });
  const settings = config
    ? ['-c', config]
    : ['--epochs', String(epochs), '--learning-rate', String(learningRate), '--batch-size', String(batchSize)];
  const { command, args } = attuneCommand(
    'train',
    ...settings,
    ...['--encoder', encoder, '--data', data.train, '--test', data.test, '--text', 'text', '--label', 'label', '--out', out, '--json'],
  );
  const run = await runMeasured('attune train', command, args, { ...process.env, TF_NUM_INTRAOP_THREADS: String(PEER_THREADS) });
  return { ...run, ...oursSchema.parse(lastJsonLine(run.stdout)).test };
}

async function trainTheirs(data: Banking77, options: TrainingComparisonOptions, { peerEnvironment }: MachineState): Promise<TrainingRun> {
  const { python, peers, encoder, epochs, learningRate, batchSize, work } = options;
  const args = [
    ...[peerScript(peers, 'hf_trainer.py'), encoder, data.train, data.test],
    ...['--epochs', String(epochs), '--lr', String(learningRate), '--batch', String(batchSize), '--out', join(work, 'banking77-trainer')],
  ];
  const run = await runMeasured('hf_trainer.py', python, args, peerEnvironment);
  const { accuracy, macro_f1: macroF1 } = theirsSchema.parse(lastJsonLine(run.stdout));
  return { ...run, accuracy, macroF1 };
}

function resultOf(ours: TrainingRun[], theirs: TrainingRun[], options: TrainingComparisonOptions, machine: MachineState): Result {
  const wall = (runs: TrainingRun[]): number => median(runs.map(({ wallSeconds }) => wallSeconds));
  const cpu = (runs: TrainingRun[]): number => median(runs.map(({ cpuSeconds = NaN }) => cpuSeconds));
  const row = (name: string, runs: TrainingRun[]): string[] => [
    name,
    ...[wall, cpu].flatMap((time) => [`${time(runs).toFixed(0)} s`, (time(runs) / time(theirs)).toFixed(2)]),
    median(runs.map(({ accuracy }) => accuracy)).toFixed(4),
    median(runs.map(({ macroF1 }) => macroF1)).toFixed(4),
    peakOf(runs),
  ];
  const { epochs, learningRate, batchSize, rounds, command } = options;
  return {
    name: 'training-banking77',
    title: 'Fine-tuning BANKING77 against Hugging Face Trainer',
    command,
    summary:
      'Times of the whole process, from the file of rows to the exported model with the test rows judged, on the clock (wall) and of all its ' +
      'threads (processor: user and system). The exported model of this project includes both ONNX files and their check. Peak memory is ' +
      `the largest resident set in units of 10⁹ bytes. Each side ran ${rounds === 1 ? 'once' : `${rounds} times`}, in turns.`,
    columns: ['', 'wall', 'ratio', 'processor', 'ratio', 'accuracy', 'macro F1', 'peak memory'],
    rows: [row('Attune', ours), row('Hugging Face Trainer, fp32', theirs)],
    notes: [
      `Trainer: ${epochs} epochs, learning rate ${learningRate}, batches of ${batchSize}. Both sides multiply on ${PEER_THREADS} threads.`,
      machine.note,
      `Meanwhile other work took ${othersOf(ours)} of the processors' time beside this project, ${othersOf(theirs)} beside the Trainer.`,
    ],
  };
}

function othersOf(runs: TrainingRun[]): string {
  return `${(100 * median(runs.map(({ othersShare = NaN }) => othersShare))).toFixed(0)} %`;
}

function peakOf(runs: TrainingRun[]): string {
  const peaks = runs.flatMap(({ peakMemory }) => peakMemory ?? []);
  return peaks.length === 0 ? 'unknown' : `${(Math.max(...peaks) / 1e9).toFixed(2)} GB`;
}
