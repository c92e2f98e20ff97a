import { assertReplaceable, AttuneError, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { headParameterShapes, type TrainableNetwork } from '../network/trainable-network';
import type { EncodedExample } from '../data/example';
import { usesCloze } from '../prompts/cloze';
import { distils, labelSoftly, loadUnlabelled, studentRun } from '../prompts/distil';
import { trainFewShot } from '../prompts/train-few-shot';
import { trainZeroShot } from '../prompts/train-zero-shot';
import { Random } from '../random';
import { findTuner, type AttachedTuner } from '../tuners';
import { buildNetwork } from './build-network';
import { importanceOf } from './continual-run';
import { countValues, trainableParameters } from './count-parameters';
import { calibrateRun, evaluateTest } from './evaluate-run';
import type { TrainingResult } from './events';
import { exportRun, type Tuned } from './export-run';
import { isInterruption, RESUME_REMEDY, stopIfAborted } from './interruption';
import { prepareRun, vocabularyOf, type Run, type TrainHeadOptions } from './run';
import { checkpointsOf, tune } from './tune';

export type { TrainHeadOptions } from './run';

/**
 * Trains a head, or an encoder that matches texts, and writes its model directory: reads the data, loads the encoder, tunes, calibrates on
 * the validation rows, reports, exports and checks the export. TensorFlow is needed from here on.
 *
 * @throws AttuneError for bad data, configuration or encoder, for an interruption, and where the exported files disagree
 */
export async function trainHead(config: HeadConfig, options: TrainHeadOptions): Promise<TrainingResult> {
  await assertReplaceable(options.out);
  if (config.task === 'zero-shot') return trainZeroShot(config, options);
  if (config.task === 'few-shot' && !usesCloze(config)) return trainFewShot(config, options);
  if (distils(config) && options.resume) throw new AttuneError('wrong-use', '--resume is not for a head that is distilled.');
  const startedAt = performance.now();
  let run = await prepareRun(config, options);
  let tuned: Tuned;
  try {
    if (distils(config)) run = await distilled(run);
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

/** Trains what is to be distilled, and gives the run of the head that learns from it. */
async function distilled(run: Run): Promise<Run> {
  const { options } = run;
  const texts = await loadUnlabelled(run);
  let taught: EncodedExample[] = [];
  const { calibrated } = await tuneAndEvaluate(
    { ...run, unlabelled: texts, vocabulary: vocabularyOf({ ...run, unlabelled: texts }) },
    async (network) => {
      options.onEvent({ type: 'phase', name: 'scoring the texts without labels' });
      taught = await labelSoftly(run, network, texts);
    },
  );
  await checkpointsOf(options.out).clear();
  const accuracy = (100 * (calibrated.report.accuracy ?? 0)).toFixed(1);
  options.onEvent({
    type: 'note',
    message: `The words in the gap are right on ${accuracy} % of the validation rows; a head now learns what they say of ${texts.length} texts.`,
  });
  return studentRun(run, taught);
}

/** What may end a run that has learnt already. */
const AFTER_TRAINING: ReadonlySet<string> = new Set(['interrupted', 'disk-full', 'export-refused']);

/** An error of a run whose training need not be repeated says so. */
async function withWayOn(error: unknown, out: string): Promise<unknown> {
  const needNotRepeat = error instanceof AttuneError && AFTER_TRAINING.has(error.code);
  if (!needNotRepeat || error.remedy === RESUME_REMEDY || !(await checkpointsOf(out).exists())) return error;
  if (isInterruption(error)) return new AttuneError('interrupted', 'Interrupted.', { remedy: RESUME_REMEDY, cause: error });
  const wayOn = error.code === 'export-refused' ? 'With --resume the training is not repeated.' : RESUME_REMEDY;
  return new AttuneError(error.code, error.message, { remedy: `${error.remedy ?? ''} ${wayOn}`.trim(), cause: error });
}

/** Everything that needs the network; its memory is free again before the export needs some of its own. */
async function tuneAndEvaluate(run: Run, afterwards?: (network: TrainableNetwork) => Promise<void>): Promise<Tuned> {
  const { config, options, encoder, dataset } = run;
  const { vocabulary, previous } = run;
  const network = buildNetwork({ config, encoder, heads: dataset.heads, vocabulary, expandHeads: previous !== undefined });
  const tuner = findTuner(config.tuner.name).attach(network, config, new Random(config.seed).fork('tuner'), encoder);
  try {
    const trainable = trainableParameters(tuner, encoder);
    const totalParameters = countValues(wholeShapes(run, tuner));
    const pooler = unusedPooler(run);
    // TensorFlow has them now, and what is exported comes from there.
    encoder.weights.clear();
    options.onEvent({ type: 'parameters', trainable, total: totalParameters });
    const { history, outputs } = await tune(run, network, tuner);
    stopIfAborted(options.signal);
    options.onEvent({ type: 'phase', name: 'evaluating' });
    const calibrated = await calibrateRun(run, network, outputs);
    const test = await evaluateTest(run, network, calibrated.tasks);
    await afterwards?.(network);
    const adapter = tuner.adapter?.(previous?.directory ?? config.encoder);
    const fisher = await importanceOf(run, network, tuner);
    return {
      weights: new Map([...pooler, ...tuner.mergedWeights()]),
      ...(tuner.additions ? { additions: tuner.additions } : {}),
      ...(adapter ? { adapter } : {}),
      ...(fisher ? { fisher } : {}),
      history,
      calibrated,
      ...(test ? { test } : {}),
      trainableParameters: trainable,
      totalParameters,
    };
  } finally {
    tuner.dispose();
    network.dispose();
  }
}

/** The pretrained pooling layer, which a network without heads does not hold and the exported checkpoint has. */
function unusedPooler({ encoder, dataset }: Run): [string, NamedTensor][] {
  return dataset.heads.length > 0 ? [] : [...encoder.weights].filter(([name]) => name.startsWith('head.dense.'));
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
