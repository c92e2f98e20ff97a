import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadConfig } from '../../config/head-config';
import type { Example } from '../../data/example';
import type { EvaluationReport } from '../../evaluation/report';
import { Random } from '../../random';
import type { TrainingEvent } from '../../training/events';
import { trainHead } from '../../training/train-head';
import { ReplayBuffer } from '../replay-buffer';
import { probeEncoder } from './probe';
import { averageAccuracy, forgetting, forwardTransfer } from './stream-metrics';
import { writeRows } from './stream-rows';
import { StreamStateStore, type StreamState, type StreamStep } from './stream-state';
import { configureStrategy, parseStrategy, type Strategy } from './strategy';
import { loadTaskStream, type StreamTask, type TaskStream, type TaskStreamOptions } from './task-stream';

export interface RunStreamOptions extends TaskStreamOptions {
  /** Names of the strategies to compare, see `parseStrategy`. */
  strategies: readonly string[];
  /** Folder of the measurements and of each strategy's last model. */
  out: string;
  /** Go on with a stream of the same configuration and tasks. */
  resume: boolean;
  /** Whether forward transfer is measured, which fits an output layer before each task; default true. */
  forwardTransfer?: boolean;
  onEvent: (event: TrainingEvent) => void;
  /** Program and version, for the manifests. */
  createdBy?: string;
}

/** What a strategy makes of a stream. */
export interface StrategyResult {
  strategy: string;
  /** Mean over tasks, at the end. */
  averageAccuracy: number;
  /** On all test rows, at the end. */
  accuracy: number;
  /** NaN for joint training, which forgets nothing. */
  forgetting: number;
  /** NaN for joint training, and where it cannot be measured. */
  forwardTransfer: number;
  seconds: number;
  /** Folder of the model at the end. */
  model: string;
  steps: StreamStep[];
}

/** A stream, measured. */
export interface StreamResult {
  tasks: { name: string; labels: number; rows: number; testRows: number }[];
  strategies: StrategyResult[];
}

/** What the steps of a stream share. */
interface Stream extends TaskStream {
  config: HeadConfig;
  options: RunStreamOptions;
  state: StreamState;
  store: StreamStateStore;
}

/** Of the results' file and of what the figures in it mean. */
const VERSION = 1;

/**
 * Learns the tasks of a stream one after the other by each strategy, each step going on from the model of the one before it, and measures after
 * each how much is still known of the tasks so far. What was measured is kept after each step; of the models only the last is.
 *
 * @throws AttuneError as `loadTaskStream`, `parseStrategy` and `trainHead`
 */
export async function runStream(config: HeadConfig, options: RunStreamOptions): Promise<StreamResult> {
  const strategies = options.strategies.map(parseStrategy);
  options.onEvent({ type: 'phase', name: 'reading the tasks' });
  const tasks = await loadTaskStream(config, options);
  const store = new StreamStateStore(options.out);
  const state = await store.open(identityOf(config, tasks, options), options.resume);
  const stream: Stream = { ...tasks, config, options, state, store };
  if (options.forwardTransfer !== false) await measurePretrained(stream);
  const results: StrategyResult[] = [];
  for (const strategy of strategies) {
    await (strategy.kind === 'joint' ? learnJointly(stream, strategy) : learnInSequence(stream, strategy));
    results.push(resultOf(stream, strategy));
  }
  const described = tasks.tasks.map(({ name, labels, examples, test }) => {
    return { name, labels: labels.length, rows: examples.length, testRows: test.length };
  });
  return { tasks: described, strategies: results };
}

function identityOf(config: HeadConfig, { sha256 }: TaskStream, { repeatedLabels = false }: RunStreamOptions): string {
  const parts = { VERSION, config: { ...config, data: { ...config.data, test: undefined } }, sha256, repeatedLabels };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function folderOf({ options }: Stream, { name }: Strategy): string {
  return join(options.out, name);
}

function modelOf(stream: Stream, strategy: Strategy, place: number): string {
  return join(folderOf(stream, strategy), `${place + 1}-${stream.tasks[place].name}`);
}

async function measurePretrained(stream: Stream): Promise<void> {
  const { state, store, tasks, config } = stream;
  for (const task of tasks.slice(1)) {
    if (state.pretrained[task.name] !== undefined || !canBeProbed(task)) continue;
    stream.options.onEvent({ type: 'note', message: `Fitting an output layer for ${task.name} to the pretrained encoder.` });
    state.pretrained[task.name] = await probe(stream, task, config.encoder);
    await store.save(state);
  }
}

/** Of a single label there is nothing to fit. */
function canBeProbed({ labels }: StreamTask): boolean {
  return labels.length > 1;
}

/** On the task's rows of new labels. */
async function probe({ config, options }: Stream, { labels, examples, test }: StreamTask, encoder: string): Promise<number> {
  const folder = join(options.out, 'probe');
  await mkdir(folder, { recursive: true });
  const fresh = (rows: readonly Example[]): Example[] => rows.filter(({ label }) => labels.includes(String(label)));
  const [train, judged] = [join(folder, 'train.jsonl'), join(folder, 'test.jsonl')];
  await writeRows(train, fresh(examples), config.data);
  await writeRows(judged, fresh(test), config.data);
  const accuracy = await probeEncoder(
    { ...config, encoder, data: { ...config.data, train, validation: undefined, test: judged } },
    options,
  );
  await rm(folder, { recursive: true });
  return accuracy;
}

async function learnInSequence(stream: Stream, strategy: Strategy): Promise<void> {
  const { tasks, state, store } = stream;
  const folder = folderOf(stream, strategy);
  const steps = (state.strategies[strategy.name] ??= []);
  const buffer = new ReplayBuffer(
    stream.config.continual.replaySize,
    stream.config.continual.replaySampling,
    new Random(stream.config.seed).fork('stream'),
  );
  for (const [place, task] of tasks.entries()) {
    if (place >= steps.length) {
      steps.push(await learnTask(stream, strategy, place, buffer));
      await store.save(state);
    }
    if (place > 0) await rm(modelOf(stream, strategy, place - 1), { recursive: true, force: true });
    for (const example of task.examples) buffer.add(example);
  }
  for (const name of await readdir(folder)) if (name.endsWith('.jsonl')) await rm(join(folder, name));
}

async function learnTask(stream: Stream, strategy: Strategy, place: number, buffer: ReplayBuffer): Promise<StreamStep> {
  const { tasks, config, options } = stream;
  const task = tasks[place];
  const started = performance.now();
  options.onEvent({ type: 'note', message: `${strategy.name}: task ${place + 1} of ${tasks.length}, ${task.name}` });
  const folder = folderOf(stream, strategy);
  await mkdir(folder, { recursive: true });
  const previous = place === 0 ? undefined : modelOf(stream, strategy, place - 1);
  const probes = options.forwardTransfer !== false && canBeProbed(task);
  const measured = previous !== undefined && probes ? await probe(stream, task, previous) : undefined;
  const test = join(folder, 'test.jsonl');
  await writeRows(
    test,
    tasks.slice(0, place + 1).flatMap((one) => one.test),
    config.data,
  );
  const configured = configureStrategy(config, strategy);
  const replay = strategy.ways.includes('replay') && place > 0 ? join(folder, 'replay.jsonl') : undefined;
  if (replay !== undefined) await writeRows(replay, buffer.rows(), config.data);
  const report = await learn(stream, modelOf(stream, strategy, place), {
    ...configured,
    data: { ...config.data, train: task.file, validation: undefined, test },
    continual: { ...configured.continual, from: previous, replay },
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    task: task.name,
    ...accuraciesOf(report, tasks.slice(0, place + 1)),
    ...(measured !== undefined && { probe: measured }),
    seconds,
  };
}

/** Trains a model that may have been begun already, and gives the report of the test rows. */
async function learn({ options }: Stream, out: string, config: HeadConfig): Promise<EvaluationReport> {
  const { signal, onEvent, createdBy } = options;
  const resume = options.resume && existsSync(`${out}.training`);
  const { test } = await trainHead(config, { out, resume, signal, onEvent, ...(createdBy !== undefined && { createdBy }) });
  if (test === undefined) throw new RangeError('a step of a stream has test rows');
  return test;
}

async function learnJointly(stream: Stream, strategy: Strategy): Promise<void> {
  const { tasks, config, state, store } = stream;
  const steps = (state.strategies[strategy.name] ??= []);
  if (steps.length > 0) return;
  const started = performance.now();
  stream.options.onEvent({ type: 'note', message: `${strategy.name}: all ${tasks.length} tasks` });
  const folder = folderOf(stream, strategy);
  await mkdir(folder, { recursive: true });
  const test = join(folder, 'test.jsonl');
  await writeRows(
    test,
    tasks.flatMap((task) => task.test),
    config.data,
  );
  const train = tasks.map(({ file }) => file);
  const report = await learn(stream, modelOf(stream, strategy, tasks.length - 1), {
    ...configureStrategy(config, strategy),
    data: { ...config.data, train, validation: undefined, test },
  });
  steps.push({ task: 'all', ...accuraciesOf(report, tasks), seconds: (performance.now() - started) / 1000 });
  await store.save(state);
  await rm(test);
}

/** Rows of a label count for the task that brought it. */
function accuraciesOf(report: EvaluationReport, tasks: readonly StreamTask[]): Pick<StreamStep, 'accuracies' | 'accuracy'> {
  const accuracies = tasks.map(({ labels }) => {
    const own = (report.perClass ?? []).filter(({ label }) => labels.includes(label));
    const rows = own.reduce((sum, { support }) => sum + support, 0);
    return own.reduce((sum, { recall, support }) => sum + (support > 0 ? recall * support : 0), 0) / rows;
  });
  return { accuracies, accuracy: report.accuracy ?? NaN };
}

function resultOf(stream: Stream, strategy: Strategy): StrategyResult {
  const { state, tasks } = stream;
  const steps = state.strategies[strategy.name];
  const matrix = steps.map(({ accuracies }) => accuracies);
  const isJoint = strategy.kind === 'joint';
  const probes = steps.map((step) => step.probe);
  const pretrained = tasks.map(({ name }): number | undefined => state.pretrained[name]);
  return {
    strategy: strategy.name,
    averageAccuracy: averageAccuracy(matrix),
    accuracy: steps.at(-1)?.accuracy ?? NaN,
    forgetting: isJoint ? NaN : forgetting(matrix),
    forwardTransfer: isJoint ? NaN : forwardTransfer(probes, pretrained),
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    model: modelOf(stream, strategy, tasks.length - 1),
    steps,
  };
}
