import type { HeadConfig } from '../config/head-config';
import { Random } from '../random';
import type { Direction } from '../search/trial';
import { findTuner } from '../tuners';
import { buildNetwork } from './build-network';
import { trainableParameters } from './count-parameters';
import { evaluateValidation } from './evaluate-run';
import { checkpointJudge } from './evaluate-tasks';
import { stopIfAborted } from './interruption';
import { prepareRun } from './run';
import { checkpointsOf, tune } from './tune';

/** How a configuration is tried. */
export interface TrialOptions {
  /** Folder beside which an interrupted run is kept. */
  folder: string;
  /** Go on from the checkpoint of an interrupted run, if there is one. */
  resume: boolean;
  signal: AbortSignal;
  /** Each validation on the way: epochs done, and the measure that chooses checkpoints. */
  onReport: (epoch: number, value: number) => void;
}

/** What trying a configuration came to. */
export interface TrialResult {
  /** The measure that chooses checkpoints, on the validation rows, of the weights that were kept. */
  value: number;
  trainableParameters: number;
  seconds: number;
}

/** Whether more or less of what chooses a configuration's checkpoints is better. */
export function judgeDirection(config: HeadConfig): Direction {
  return checkpointJudge(config).isBetter(1, 0) ? 'higher' : 'lower';
}

/**
 * Trains a configuration, judges it on the validation rows and lets it go: nothing is exported, and test rows are not read.
 *
 * @throws AttuneError as `trainHead` does
 */
export async function trainTrial(config: HeadConfig, { folder, resume, signal, onReport }: TrialOptions): Promise<TrialResult> {
  const startedAt = performance.now();
  const { test: _unread, ...data } = config.data;
  const own: HeadConfig = { ...config, data };
  const judge = checkpointJudge(own);
  const run = await prepareRun(own, {
    out: folder,
    resume,
    signal,
    onEvent: (event) => {
      if (event.type === 'evaluation') onReport(event.epoch, event.value);
    },
  });
  const { encoder, dataset, vocabulary, previous } = run;
  const network = buildNetwork({ config: own, encoder, heads: dataset.heads, vocabulary, expandHeads: previous !== undefined });
  const tuner = findTuner(own.tuner.name).attach(network, own, new Random(own.seed).fork('tuner'), encoder);
  const trainable = trainableParameters(tuner, encoder);
  encoder.weights.clear();
  try {
    await tune(run, network, tuner);
    stopIfAborted(signal);
    const value = judge.value((await evaluateValidation(run, network)).report);
    await checkpointsOf(folder).clear();
    return { value, trainableParameters: trainable, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    tuner.dispose();
    network.dispose();
  }
}
