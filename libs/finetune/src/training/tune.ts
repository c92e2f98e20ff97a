import { AttuneError } from '@attune/artifact';
import { configuredTasks } from '../config/tasks';
import type { EncodedExample } from '../data/example';
import type { HeadColumns, TaskLayout } from '../heads/task-layout';
import { labelledRows } from '../heads/task-layout';
import { makeStepLoss, type StepLoss } from '../losses';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { findTuner, type AttachedTuner } from '../tuners';
import { CheckpointStore, type Checkpoint } from './checkpoint';
import { targetsOf } from './evaluate-network';
import { evaluateValidation, type SplitOutputs } from './evaluate-run';
import { checkpointJudge } from './evaluate-tasks';
import type { TrainingHistory } from './events';
import { fitHeads, warmStartHeads } from './fit-head-to-features';
import { LabelledSteps } from './labelled-steps';
import { MatchingSteps } from './matching-steps';
import { identityOf, passOptions, type Run } from './run';
import type { StepSource } from './step-source';
import { TrainingLoop } from './training-loop';

/** Where an interrupted run is kept. */
export function checkpointsOf(out: string): CheckpointStore {
  return new CheckpointStore(`${out}.training`);
}

/** What a training leaves beside the weights. */
export interface TunedRun {
  history: TrainingHistory;
  /** What the weights that were kept say about the validation rows, where that was computed in this process. */
  outputs?: SplitOutputs | undefined;
}

/** Fits the output layers to the encoder as it is, where that is wanted, and trains. */
export async function tune(run: Run, network: TrainableNetwork, tuner: AttachedTuner): Promise<TunedRun> {
  const { config, options } = run;
  const checkpoints = checkpointsOf(options.out);
  const checkpoint = options.resume ? await loadCheckpoint(run, checkpoints) : undefined;
  // A head that reads a gap knows its words already, and probabilities are no labels.
  const warmStart = config.head.warmStart && !checkpoint && !run.loss && !run.layout.heads.some(({ head }) => head.cloze);
  if (run.layout.heads.length > 0 && (config.tuner.name === 'head' || warmStart)) await fitOutputLayers(run, network);
  if (config.tuner.name === 'head') return { history: { losses: [], evaluations: [] } };
  options.onEvent({ type: 'phase', name: 'training' });
  let latest: SplitOutputs | undefined;
  let kept: SplitOutputs | undefined;
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: defaultLearningRate(run),
    config,
    sources: sourcesOf(run, network),
    metric: checkpointJudge(config),
    // A pretrained encoder finds texts by their vectors already; what training makes of it must be better.
    judgesStart: run.layout.heads.length === 0,
    evaluate: async () => {
      const { outputs, report } = await evaluateValidation(run, network);
      latest = outputs;
      return report;
    },
    checkpoints,
    identity: identityOf(run),
    signal: options.signal,
    onEvent: (event) => {
      if (event.type === 'evaluation' && (event.best || !config.training.keepBest)) kept = latest;
      options.onEvent(event);
    },
  });
  try {
    if (checkpoint) {
      loop.restore(checkpoint);
      options.onEvent({ type: 'note', message: `Resumed at step ${checkpoint.progress.step}.` });
    }
    return { history: await loop.run(), outputs: kept };
  } finally {
    loop.dispose();
  }
}

/** Embeddings bear smaller steps than a head that learns anew, so pairs alone are trained with a quarter of the tuner's learning rate. */
function defaultLearningRate({ config, layout }: Run): number {
  const rate = findTuner(config.tuner.name).defaultLearningRate;
  return layout.heads.length === 0 ? rate / 4 : rate;
}

async function loadCheckpoint(run: Run, checkpoints: CheckpointStore): Promise<Checkpoint | undefined> {
  const checkpoint = await checkpoints.load();
  if (!checkpoint) run.options.onEvent({ type: 'note', message: 'There is no interrupted run to resume; training starts anew.' });
  else if (checkpoint.progress.identity !== identityOf(run)) {
    throw new AttuneError(
      'wrong-use',
      `The run in ${checkpoints.directory} was started with another configuration, other data or another encoder.`,
      {
        remedy: 'Give the same configuration to go on with it, or train without --resume to start anew.',
      },
    );
  }
  return checkpoint;
}

async function fitOutputLayers(run: Run, network: TrainableNetwork): Promise<void> {
  const { config, options, layout, encoder, train, validation } = run;
  options.onEvent({ type: 'phase', name: 'fitting the output layer' });
  const { hiddenSize: width } = encoder.config;
  const fit = config.tuner.name === 'head' ? fitHeads : warmStartHeads;
  const random = new Random(config.seed).fork('features');
  await fit({ network, layout, width, train, validation, ...passOptions(run), random });
}

function sourcesOf(run: Run, network: TrainableNetwork): StepSource[] {
  const { config, dataset, encoder, layout, train, matching } = run;
  const { hiddenSize: width } = encoder.config;
  const passes = passOptions(run);
  const sources: StepSource[] = [];
  if (layout.heads.length > 0) {
    const loss = run.loss ?? lossOfLabels(run);
    const describeRow = (index: number): string => String(run.loss ? index + 1 : dataset.train[index].row);
    sources.push(new LabelledSteps({ network, loss, config, examples: train, padTokenId: passes.padTokenId, describeRow }));
  }
  if (matching) sources.push(new MatchingSteps({ network, width, ...passes, config, task: matching.task, matching }));
  return sources;
}

/** The loss that the configuration names, over the labels of the training rows. */
function lossOfLabels({ config, layout, train }: Run): StepLoss {
  const counts = layout.heads.map((columns) => labelCounts(examplesOfHead(train, columns, layout), columns));
  return makeStepLoss(configuredTasks(config), layout, counts);
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
