import { createHash } from 'node:crypto';
import { assertReplaceable, AttuneError, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { configuredTasks } from '../config/tasks';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample } from '../data/example';
import { loadDataset, type Dataset } from '../data/load-dataset';
import { loadEncoder, longestInput, type LoadedEncoder } from '../encoders';
import type { EvaluationReport } from '../evaluation/report';
import { renderTrainingCurves } from '../evaluation/training-curves';
import { exportHead } from '../export';
import type { TrainedAdapter } from '../export/trained-head';
import { labelledRows, taskLayout, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import { makeStepLoss } from '../losses';
import { buildNetwork } from './build-network';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { findTuner, type AttachedTuner } from '../tuners';
import { CheckpointStore } from './checkpoint';
import { logitsOf, targetsOf, type PassOptions } from './evaluate-network';
import { calibrateTasks, checkpointJudge, evaluateTasks, type TaskCalibration } from './evaluate-tasks';
import type { TrainingEvent, TrainingHistory, TrainingResult } from './events';
import { fitHead, warmStartHead } from './fit-head-to-features';
import { isInterruption, RESUME_REMEDY, stopIfAborted } from './interruption';
import { TrainingLoop } from './training-loop';

export interface TrainHeadOptions {
  /** The model's directory; replaced if a model stands there. */
  out: string;
  /** Go on from the checkpoint of an interrupted run, if there is one. */
  resume: boolean;
  signal: AbortSignal;
  onEvent: (event: TrainingEvent) => void;
  /** Program and version, for the manifest. */
  createdBy?: string;
}

/** What the phases of a run share. */
interface Run {
  config: HeadConfig;
  options: TrainHeadOptions;
  dataset: Dataset;
  encoder: LoadedEncoder;
  /** The heads of the tasks side by side. */
  layout: TaskLayout;
  maxLength: number;
  train: EncodedExample[];
  validation: EncodedExample[];
  test?: EncodedExample[];
}

/** What calibration found on the validation rows. */
interface Calibrated {
  logits: Float32Array;
  /** One a task. */
  tasks: TaskCalibration[];
  report: EvaluationReport;
}

/** What is left of a run when its network is gone. */
interface Tuned {
  weights: Map<string, NamedTensor>;
  adapter?: TrainedAdapter;
  history: TrainingHistory;
  calibrated: Calibrated;
  test?: EvaluationReport;
  trainableParameters: number;
  totalParameters: number;
}

/**
 * Trains a head and writes its model directory: reads the data, loads the encoder, tunes, calibrates on the validation
 * rows, reports, exports and checks the export. TensorFlow is needed from here on.
 *
 * @throws AttuneError for bad data, configuration or encoder, for an interruption, and where the exported files disagree
 */
export async function trainHead(config: HeadConfig, options: TrainHeadOptions): Promise<TrainingResult> {
  const startedAt = performance.now();
  await assertReplaceable(options.out);
  const run = await prepare(config, options);
  let tuned: Tuned;
  try {
    tuned = await tuneAndEvaluate(run);
    stopIfAborted(options.signal);
    options.onEvent({ type: 'phase', name: 'exporting' });
    await exportRun(run, tuned);
  } catch (error) {
    throw await withWayOn(error, options.out);
  }
  const { calibrated, test, trainableParameters, totalParameters } = tuned;
  return {
    directory: options.out,
    validation: calibrated.report,
    ...(test ? { test } : {}),
    trainableParameters,
    totalParameters,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** An error of a run whose training need not be repeated says so. */
async function withWayOn(error: unknown, out: string): Promise<unknown> {
  const outside = error instanceof AttuneError && (isInterruption(error) || error.code === 'disk-full');
  if (!outside || error.remedy === RESUME_REMEDY || !(await checkpointsOf(out).exists())) return error;
  if (isInterruption(error)) return new AttuneError('interrupted', 'Interrupted.', { remedy: RESUME_REMEDY, cause: error });
  return new AttuneError(error.code, error.message, { remedy: `${error.remedy ?? ''} ${RESUME_REMEDY}`.trim(), cause: error });
}

function checkpointsOf(out: string): CheckpointStore {
  return new CheckpointStore(`${out}.training`);
}

/** Everything that needs the network; its memory is free again before the export needs some of its own. */
async function tuneAndEvaluate(run: Run): Promise<Tuned> {
  const { config, options, train, validation, test = [], encoder, dataset } = run;
  const texts = [...train, ...validation, ...test].map(({ inputIds }) => inputIds);
  const network = buildNetwork({ config, encoder, heads: dataset.heads, texts });
  const tuner = findTuner(config.tuner.name).attach(network, config, new Random(config.seed).fork('tuner'));
  try {
    const trainableParameters = countValues(tuner.parameters.map(({ name, shape }) => encoder.weights.get(name)?.shape ?? shape));
    const totalParameters = countValues([...wholeShapes(run, tuner)]);
    // TensorFlow has them now, and what is exported comes from there.
    encoder.weights.clear();
    options.onEvent({ type: 'parameters', trainable: trainableParameters, total: totalParameters });
    const history = await tune(run, network, tuner);
    stopIfAborted(options.signal);
    options.onEvent({ type: 'phase', name: 'evaluating' });
    const calibrated = await calibrate(run, network);
    const testReport = await evaluateTest(run, network, calibrated);
    const adapter = tuner.adapter?.(config.encoder);
    return {
      weights: tuner.mergedWeights(),
      ...(adapter ? { adapter } : {}),
      history,
      calibrated,
      ...(testReport ? { test: testReport } : {}),
      trainableParameters,
      totalParameters,
    };
  } finally {
    tuner.dispose();
    network.dispose();
  }
}

async function prepare(config: HeadConfig, options: TrainHeadOptions): Promise<Run> {
  const { onEvent, signal } = options;
  onEvent({ type: 'phase', name: 'reading data' });
  const dataset = await loadDataset(config, { signal });
  onEvent({ type: 'data', report: dataset.report });
  stopIfAborted(signal);
  onEvent({ type: 'phase', name: 'loading the encoder' });
  const encoder = await loadEncoder(config.encoder);
  const maxLength = Math.min(config.training.maxLength, longestInput(encoder.config));
  if (maxLength < config.training.maxLength) {
    onEvent({
      type: 'note',
      message: `${encoder.id} reads at most ${maxLength} tokens; training.maxLength is ${config.training.maxLength}.`,
    });
  }
  onEvent({ type: 'phase', name: 'tokenising' });
  const { tokenizer } = encoder;
  const { entityMarkers } = config.normalization;
  const encode = (examples: Dataset['train']): EncodedExample[] =>
    encodeForHeads(examples, { tokenizer, maxLength, entityMarkers }, dataset.heads);
  return {
    config,
    options,
    dataset,
    encoder,
    layout: taskLayout(dataset.heads),
    maxLength,
    train: encode(dataset.train),
    validation: encode(dataset.validation),
    ...(dataset.test ? { test: encode(dataset.test) } : {}),
  };
}

async function tune(run: Run, network: TrainableNetwork, tuner: AttachedTuner): Promise<TrainingHistory> {
  const { config, options, layout, encoder, train, validation } = run;
  const passes = passOptions(run);
  const checkpoints = checkpointsOf(options.out);
  const identity = identityOf(run);
  const checkpoint = options.resume ? await checkpoints.load() : undefined;
  if (checkpoint && checkpoint.progress.identity !== identity) {
    throw new AttuneError(
      'wrong-use',
      `The run in ${checkpoints.directory} was started with another configuration, other data or another encoder.`,
      {
        remedy: 'Give the same configuration to go on with it, or train without --resume to start anew.',
      },
    );
  }
  if (options.resume && !checkpoint)
    options.onEvent({ type: 'note', message: 'There is no interrupted run to resume; training starts anew.' });
  if (config.tuner.name === 'head' || (config.head.warmStart && !checkpoint)) {
    options.onEvent({ type: 'phase', name: 'fitting the output layer' });
    const fit = config.tuner.name === 'head' ? fitHead : warmStartHead;
    const random = new Random(config.seed).fork('features');
    for (const [place, columns] of layout.heads.entries()) {
      const labelled = (examples: EncodedExample[]): EncodedExample[] => examplesOfHead(examples, columns, layout);
      const rows = { train: labelled(train), validation: labelled(validation) };
      await fit({ network, head: columns.head, place, width: encoder.config.hiddenSize, ...rows, ...passes, random });
    }
  }
  if (config.tuner.name === 'head') return { losses: [], evaluations: [] };
  options.onEvent({ type: 'phase', name: 'training' });
  const counts = layout.heads.map((columns) => labelCounts(examplesOfHead(train, columns, layout), columns));
  const targets = targetsOf(validation);
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: findTuner(config.tuner.name).defaultLearningRate,
    loss: makeStepLoss(configuredTasks(config), layout, counts),
    config,
    examples: train,
    padTokenId: passes.padTokenId,
    metric: checkpointJudge(config),
    evaluate: async () => evaluateTasks(layout, await logitsOf(network, layout, validation, passes), targets),
    describeRow: (index) => String(run.dataset.train[index].row),
    checkpoints,
    identity,
    signal: options.signal,
    onEvent: options.onEvent,
  });
  try {
    if (checkpoint) {
      loop.restore(checkpoint);
      options.onEvent({ type: 'note', message: `Resumed at step ${checkpoint.progress.step}.` });
    }
    return await loop.run();
  } finally {
    loop.dispose();
  }
}

function passOptions({ encoder, options }: Run): PassOptions {
  return { padTokenId: encoder.config.padTokenId, signal: options.signal };
}

async function calibrate(run: Run, network: TrainableNetwork): Promise<Calibrated> {
  const { layout, validation } = run;
  const logits = await logitsOf(network, layout, validation, passOptions(run));
  const targets = targetsOf(validation);
  const tasks = calibrateTasks(layout, logits, targets);
  return { logits, tasks, report: evaluateTasks(layout, logits, targets, tasks) };
}

async function evaluateTest(run: Run, network: TrainableNetwork, { tasks }: Calibrated): Promise<EvaluationReport | undefined> {
  const { layout, test } = run;
  if (!test) return undefined;
  return evaluateTasks(layout, await logitsOf(network, layout, test, passOptions(run)), targetsOf(test), tasks);
}

async function exportRun(run: Run, { weights, adapter, history, calibrated, test }: Tuned): Promise<void> {
  const { config, options, encoder, dataset, validation, maxLength } = run;
  const [head, ...furtherHeads] = dataset.heads;
  const { id, hash, directory, config: encoderConfig, sourceConfig } = encoder;
  const { logits, report } = calibrated;
  const [{ temperature, thresholds }, ...further] = calibrated.tasks;
  await exportHead(
    {
      encoder: { id, hash, directory, config: encoderConfig, sourceConfig },
      head,
      weights,
      ...(adapter ? { adapter } : {}),
      normalization: config.normalization,
      maxLength,
      calibration: { temperature },
      ...(thresholds ? { thresholds } : {}),
      further: furtherHeads.map((shape, place) => ({ head: shape, ...further[place] })),
      reports: { validation: report, ...(test ? { test } : {}) },
      history,
      dataFingerprint: { ...dataset.fingerprint },
      config,
      embedding: config.export.embedding,
    },
    {
      out: options.out,
      int8: config.export.int8,
      heldOut: { examples: validation, logits },
      createdBy: options.createdBy ?? 'attune',
      attachments: new Map(history.losses.length > 0 ? [['curves.svg', await renderTrainingCurves(history)]] : []),
    },
  );
  await checkpointsOf(options.out).clear();
}

/** What must be the same for a run to be resumed. */
function identityOf({ config, dataset, encoder }: Run): string {
  const parts = { config: { ...config, data: undefined }, data: dataset.fingerprint.sha256, encoder: encoder.hash };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Examples that have a label for a head, with their targets for it alone. */
function examplesOfHead(examples: EncodedExample[], columns: HeadColumns, layout: TaskLayout): EncodedExample[] {
  if (layout.heads.length === 1) return examples;
  const { start, width } = columns.targets;
  return labelledRows(targetsOf(examples), columns, layout).map((row) => {
    const all = examples[row].target;
    const own = typeof all === 'number' ? Float32Array.of(all) : all.subarray(start, start + width);
    return { ...examples[row], target: columns.head.task === 'multi-label' ? own : own[0] };
  });
}

function labelCounts(examples: EncodedExample[], { head }: HeadColumns): number[] {
  const counts = head.labels.map(() => 0);
  for (const { target } of examples) {
    if (typeof target !== 'number') target.forEach((value, label) => (counts[label] += value));
    else if (head.task === 'classification') counts[target]++;
  }
  return counts;
}

function* wholeShapes({ encoder, dataset }: Run, tuner: AttachedTuner): Generator<number[]> {
  const own = new Set<string>();
  for (const [name, { shape }] of encoder.weights) {
    if (name.startsWith('head.')) continue;
    own.add(name);
    yield shape;
  }
  for (const [name, shape] of headParameterShapes(encoder.config, ...dataset.heads)) {
    own.add(name);
    yield shape;
  }
  for (const { name, shape } of tuner.parameters) if (!own.has(name)) yield shape;
}

function countValues(shapes: number[][]): number {
  return shapes.reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
