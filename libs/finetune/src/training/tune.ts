import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import { findTuner, type AttachedTuner } from '../tuners';
import { CheckpointStore } from './checkpoint';
import { earlierAnchors, outputsBefore } from './continual-run';
import { evaluateValidation, type SplitOutputs } from './evaluate-run';
import { checkpointJudge } from './evaluate-tasks';
import type { TrainingHistory } from './events';
import { fitHeads, warmStartHeads } from './fit-head-to-features';
import { labelledSteps } from './labelled-rows';
import { MatchingSteps } from './matching-steps';
import { checkpointToResume } from './resume';
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
  const checkpoint = options.resume ? await checkpointToResume(checkpoints, identityOf(run), options.onEvent) : undefined;
  // A head that reads a gap knows its words already, and probabilities are no labels.
  const warmStart = config.head.warmStart && !checkpoint && !run.loss && !run.layout.heads.some(({ head }) => head.cloze);
  if (run.layout.heads.length > 0 && (config.tuner.name === 'head' || warmStart)) await fitOutputLayers(run, network);
  if (config.tuner.name === 'head') return { history: { losses: [], evaluations: [] } };
  // What is remembered of the network as it was does not change with the rows for new labels, which a warm start fits.
  const sources = await sourcesOf(run, network);
  const anchors = await earlierAnchors(run, network, tuner);
  options.onEvent({ type: 'phase', name: 'training' });
  let latest: SplitOutputs | undefined;
  let kept: SplitOutputs | undefined;
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: defaultLearningRate(run),
    config,
    sources,
    anchors,
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

async function fitOutputLayers(run: Run, network: TrainableNetwork): Promise<void> {
  const { config, options, layout, encoder, train, validation } = run;
  options.onEvent({ type: 'phase', name: 'fitting the output layer' });
  const { hiddenSize: width } = encoder.config;
  const fit = config.tuner.name === 'head' ? fitHeads : warmStartHeads;
  const random = new Random(config.seed).fork('features');
  await fit({ network, layout, width, train, validation, ...passOptions(run), random, keptOutputs: outputsBefore(run) });
}

async function sourcesOf(run: Run, network: TrainableNetwork): Promise<StepSource[]> {
  const { config, encoder, layout, matching } = run;
  const { hiddenSize: width } = encoder.config;
  const sources: StepSource[] = [];
  if (layout.heads.length > 0) sources.push(await labelledSteps(run, network));
  if (matching) sources.push(new MatchingSteps({ network, width, ...passOptions(run), config, task: matching.task, matching }));
  return sources;
}
