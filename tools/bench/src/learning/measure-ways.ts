import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { attuneCommand, lastJsonLine } from '../attune-command';
import { runMeasured } from '../measured-process';
import { mean } from '../statistics';
import type { Result } from '../write-result';
import { writeDraw } from './draw-rows';
import { KnownRuns } from '../known-runs';
import { MATERIALS, WAYS, type Material, type Way } from './ways';

export interface WayMeasurementOptions {
  /** Folder with phrasebank and banking77 as NAME.train.jsonl and NAME.test.jsonl. */
  data: string;
  /** Folder of the configurations of the data. */
  heads: string;
  /** Draws of a few rows of each intent. */
  draws: number;
  /** Those that are measured now; of the others, what was measured before is told. */
  materials: readonly Material[];
  /** Names of the ways that are measured now; default all. */
  ways?: readonly string[];
  /** For rows and models; what is measured already is used. */
  work: string;
  onRun: (message: string) => void;
  command: string;
}

const PER_INTENT = 8;

const runSchema = z.object({ accuracy: z.number(), macroF1: z.number() });
const summarySchema = z.object({ test: runSchema, trainableParameters: z.number() });

/** What a run came to. */
interface WayRun extends z.infer<typeof runSchema> {
  trainableParameters: number;
  cpuSeconds: number | undefined;
  wallSeconds: number;
  /** Bytes. */
  peakMemory: number | undefined;
  /** Bytes of the exported directory. */
  size: number;
}

/** Configuration and rows of a material. */
interface Rows {
  config: string;
  test: string;
  /** Training rows: several draws, or none. */
  train: readonly string[];
  args: readonly string[];
}

/** Trains ways on the materials that they are meant for, each in a process of its own, from the file of rows to the checked export. */
export async function measureWays(options: WayMeasurementOptions): Promise<Result> {
  await mkdir(options.work, { recursive: true });
  const known = await KnownRuns.read<WayRun>(join(options.work, 'ways.json'));
  const rows: string[][] = [];
  const missing: string[] = [];
  for (const material of MATERIALS) {
    const of = await rowsOf(material, options);
    for (const way of WAYS[material]) {
      const runs = await runsOf(material, way, of, known, options);
      if (runs) rows.push(row(material, way, runs));
      else missing.push(`${way.name} on ${material}`);
    }
  }
  return {
    name: 'ways-of-learning',
    title: 'What each way of learning is worth',
    command: options.command,
    summary:
      "The default encoder (all-MiniLM-L6-v2, 22.7 million parameters) by each way, with the settings of the data's file in `tools/bench/heads` and those named. " +
      `Of ${PER_INTENT} rows an intent: the mean of ${options.draws} draws by hash, all rows learned from and none but they, with the accuracies of the draws. ` +
      'Learning rates are those that each line names, else the defaults; test rows are seen by the final report alone.',
    columns: [
      'data',
      'way',
      'settings',
      'accuracy',
      'macro F1',
      'trained parameters',
      'processor time',
      'wall time',
      'peak memory',
      'size',
      'draws',
    ],
    rows,
    notes: [
      'Trained parameters are those that an optimiser moves, the head among them; times and memory are those of the whole command, from the rows to the checked ' +
        'export. Processor time is the sum over both threads; wall time suffers from whatever else the machine does. Memory is the largest resident set.',
      'Size is that of the exported directory in 10⁶ bytes, both ONNX files (fp32 and int8) among it; of few rows and of none the int8 file is left out.',
      ...(missing.length > 0 ? [`Not measured yet: ${missing.join('; ')}.`] : []),
    ],
  };
}

async function rowsOf(material: Material, { data, heads, draws, work }: WayMeasurementOptions): Promise<Rows> {
  const file = (name: string): string => join(data, name);
  if (material === 'PhraseBank') {
    const train = [file('phrasebank.train.jsonl')];
    return { config: join(heads, 'phrasebank.yaml'), test: file('phrasebank.test.jsonl'), train, args: [] };
  }
  const test = file('banking77.test.jsonl');
  const train = file('banking77.train.jsonl');
  if (material === 'BANKING77') return { config: join(heads, 'banking77.yaml'), test, train: [train], args: [] };
  const args = ['--set', 'export.int8=false'];
  if (material === 'BANKING77, no row') return { config: join(heads, 'banking77-labels.yaml'), test, train: [], args };
  const drawn: string[] = [];
  for (let draw = 1; draw <= draws; draw++) {
    const path = join(work, `banking77-${PER_INTENT}-${draw}.jsonl`);
    await writeDraw(train, path, PER_INTENT, draw);
    drawn.push(path);
  }
  return { config: join(heads, 'few-rows.yaml'), test, train: drawn, args };
}

/** The runs of a way on each draw; undefined where one is neither known nor to be made now. */
async function runsOf(
  material: Material,
  way: Way,
  rows: Rows,
  known: KnownRuns<WayRun>,
  options: WayMeasurementOptions,
): Promise<WayRun[] | undefined> {
  const isMade = options.materials.includes(material) && (options.ways?.includes(way.name) ?? true);
  const runs: WayRun[] = [];
  for (const train of rows.train.length === 0 ? [undefined] : rows.train) {
    const key = [material, way.name, ...way.args, train ?? ''].join(' ');
    let run = known.get(key);
    if (run === undefined) {
      if (!isMade) return undefined;
      options.onRun(`${material}: ${way.name}${rows.train.length > 1 ? `, draw ${runs.length + 1}` : ''}`);
      run = await learn(way, rows, train, options);
      options.onRun(`  accuracy ${run.accuracy.toFixed(4)}, macro F1 ${run.macroF1.toFixed(4)}, ${run.wallSeconds.toFixed(0)} s`);
      await known.put(key, run);
    }
    runs.push(run);
  }
  return runs;
}

async function learn(
  way: Way,
  { config, test, args }: Rows,
  train: string | undefined,
  { heads, work }: WayMeasurementOptions,
): Promise<WayRun> {
  const out = join(work, 'way');
  const few = args.length > 0 && train !== undefined;
  const from = way.fromLabels === true ? join(heads, 'banking77-labels.yaml') : config;
  const { command, args: all } = attuneCommand(
    ...['train', '-c', from, '--test', test, '--out', out, '--json'],
    ...(train === undefined ? [] : ['--data', train]),
    // Of few rows none is spared for validation: what judges them is learned from, and chooses nothing.
    ...(few && way.fromLabels !== true ? ['--set', `data.validation=${train}`] : []),
    ...args,
    ...way.args,
  );
  await rm(out, { recursive: true, force: true });
  const { stdout, cpuSeconds, wallSeconds, peakMemory } = await runMeasured(`attune train (${way.name})`, command, all);
  const { test: figures, trainableParameters } = summarySchema.parse(lastJsonLine(stdout));
  const size = await sizeOf(out);
  await rm(out, { recursive: true });
  return { ...figures, trainableParameters, cpuSeconds, wallSeconds, peakMemory, size };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function row(material: Material, way: Way, runs: readonly WayRun[]): string[] {
  const meanOf = (of: (run: WayRun) => number | undefined): number => mean(runs.map((run) => of(run) ?? NaN));
  const figure = (value: number, digits: number, unit: string): string =>
    Number.isNaN(value) ? 'not told' : `${value.toFixed(digits)} ${unit}`;
  return [
    material,
    way.name,
    settings(way),
    meanOf(({ accuracy }) => accuracy).toFixed(4),
    meanOf(({ macroF1 }) => macroF1).toFixed(4),
    Math.round(meanOf(({ trainableParameters }) => trainableParameters)).toLocaleString('en'),
    figure(
      meanOf(({ cpuSeconds }) => cpuSeconds),
      0,
      's',
    ),
    `${meanOf(({ wallSeconds }) => wallSeconds).toFixed(0)} s`,
    figure(meanOf(({ peakMemory }) => peakMemory) / 1e9, 2, 'GB'),
    figure(meanOf(({ size }) => size) / 1e6, 0, 'MB'),
    runs.length > 1 ? runs.map(({ accuracy }) => accuracy.toFixed(4)).join(', ') : '',
  ];
}

/** What a way sets, as the command line says it, without the words that its name says. */
function settings({ args }: Way): string {
  return args
    .join(' ')
    .replace(/--tuner (?!head)\S+ ?/, '')
    .replace(/--set |--task few-shot ?/g, '')
    .replace('--learning-rate', 'learning rate');
}
