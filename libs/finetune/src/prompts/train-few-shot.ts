import { AttuneError } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { logitsOf, targetsOf } from '../training/evaluate-network';
import { calibrateRun, evaluateTest, type Calibrated } from '../training/evaluate-run';
import { evaluateTasks } from '../training/evaluate-tasks';
import type { TrainingResult } from '../training/events';
import { exportRun, type Tuned } from '../training/export-run';
import { isInterruption, stopIfAborted } from '../training/interruption';
import { passOptions, type TrainHeadOptions } from '../training/run';
import { checkpointsOf } from '../training/tune';
import { prepareFewShot, type FewShotRun } from './few-shot-run';
import { LearntHead, numbered } from './learnt-head';

/**
 * Trains a head from a few labelled rows a label (SetFit, Tunstall et al. 2022): the encoder is tuned so that texts of one label, and
 * the texts that describe it, are near to each other and far from the others, in our in-batch contrastive loss with mined negatives;
 * then logistic regression is fitted to its normalised embeddings. It is judged and calibrated on rows that are set aside, and then
 * learns once more from all rows.
 *
 * @throws AttuneError for bad data, configuration or encoder, for an interruption, and where the exported files disagree
 */
export async function trainFewShot(config: HeadConfig, options: TrainHeadOptions): Promise<TrainingResult> {
  const startedAt = performance.now();
  if (options.resume) throw new AttuneError('wrong-use', '--resume is not for few-shot: it trains in minutes.');
  const run = await prepareFewShot(config, options);
  try {
    const tuned = await learn(run);
    stopIfAborted(options.signal);
    options.onEvent({ type: 'phase', name: 'exporting' });
    await exportRun(heldOutRun(run), tuned);
    const { calibrated, test, trainableParameters, totalParameters } = tuned;
    return {
      directory: options.out,
      validation: calibrated.report,
      ...(test && { test }),
      trainableParameters,
      totalParameters,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } catch (error) {
    if (!isInterruption(error)) throw error;
    throw new AttuneError('interrupted', 'Interrupted before anything was written.', {
      remedy: 'Run the same command again.',
      cause: error,
    });
  } finally {
    await checkpointsOf(options.out).clear();
  }
}

/** Rows that an export is checked on: those set aside, or the training rows where none are. */
function heldOutRun(run: FewShotRun): FewShotRun {
  return run.validation.length > 0 ? run : { ...run, validation: run.train };
}

async function learn(run: FewShotRun): Promise<Tuned> {
  const { config, options, train, validation } = run;
  let head = new LearntHead(run);
  try {
    await head.learn(train, validation);
    let calibrated = await calibrate(run, head);
    if (validation.length > 0 && config.prompt.refit && config.data.validation === undefined) {
      options.onEvent({ type: 'note', message: `Validated on ${validation.length} rows; learning once more from all rows.` });
      const { relativeL2 } = head;
      head.dispose();
      head = new LearntHead(run);
      await head.learn(numbered([...train, ...validation]), [], relativeL2);
      calibrated = { ...calibrated, outputs: { logits: await logitsOf(head.network, run.layout, validation, passOptions(run)) } };
    }
    options.onEvent({ type: 'phase', name: 'evaluating' });
    const test = await evaluateTest(run, head.network, calibrated.tasks);
    const weights = head.weights();
    const adapter = head.adapter();
    return {
      weights,
      ...(head.additions && { additions: head.additions }),
      ...(adapter && { adapter }),
      history: head.history,
      calibrated,
      ...(test && { test }),
      trainableParameters: head.trainableParameters,
      totalParameters: [...weights.values()].reduce((sum, { values }) => sum + values.length, 0),
      unmeasured: validation.length === 0,
    };
  } finally {
    head.dispose();
  }
}

/** On the rows set aside; without any, the temperature stays 1 and the report is of the training rows, which says little. */
async function calibrate(run: FewShotRun, { network }: LearntHead): Promise<Calibrated> {
  if (run.validation.length > 0) return calibrateRun(run, network);
  run.options.onEvent({ type: 'note', message: 'No rows are set aside: the validation figures are of the training rows, and say little.' });
  const logits = await logitsOf(network, run.layout, run.train, passOptions(run));
  const tasks = [{ temperature: 1 }];
  return { outputs: { logits }, tasks, report: evaluateTasks(run.layout, logits, targetsOf(run.train), tasks) };
}
