import type { HeadConfig } from '../config/head-config';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample } from '../data/example';
import { loadEncoder } from '../encoders';
import { softmaxRows } from '../evaluation/probabilities';
import { taskLayout } from '../heads/task-layout';
import type { TrainableNetwork } from '../network/trainable-network';
import { buildNetwork } from '../training/build-network';
import { embedExamples } from '../training/embed-examples';
import { logitsOf, targetsOf } from '../training/evaluate-network';
import { calibrateRun, evaluateTest, type Calibrated } from '../training/evaluate-run';
import { evaluateTasks } from '../training/evaluate-tasks';
import type { TrainingResult } from '../training/events';
import { exportRun, type Tuned } from '../training/export-run';
import { stopIfAborted } from '../training/interruption';
import { longestText, passOptions, vocabularyOf, type Run, type TrainHeadOptions } from '../training/run';
import { attachClozeHead, usesCloze } from './cloze';
import { labelVectors } from './label-vectors';
import { loadPrompted, type PromptedDataset } from './load-prompted';

interface ZeroShotRun extends Run {
  dataset: PromptedDataset;
  /** Filled templates of all labels, those of the first before those of the second; of a gap, texts without content. */
  labelRows: EncodedExample[];
}

/**
 * Makes a head from descriptions of its labels, before there is a labelled row (Yin et al. 2019; for sentence embeddings as here,
 * Schopf et al. 2022). A label's vector is the mean of the embeddings of its filled templates; a text's logits are its cosines with
 * these vectors over the temperature. The head is an ordinary output layer on the normalised mean of the states, whose rows are the
 * labels' vectors, and no weight of the encoder changes. Labelled rows, where there are any, calibrate the temperature and are
 * reported on; nothing else is learnt from them.
 *
 * With `way: cloze` the words that stand for the labels are scored in a gap instead, without training, less what they score where the
 * text says nothing.
 *
 * @throws AttuneError for bad data, configuration or encoder, and where the exported files disagree
 */
export async function trainZeroShot(config: HeadConfig, options: TrainHeadOptions): Promise<TrainingResult> {
  const startedAt = performance.now();
  const run = await prepare(config, options);
  const tuned = await compareWithLabels(run);
  stopIfAborted(options.signal);
  options.onEvent({ type: 'phase', name: 'exporting' });
  await exportRun(run, tuned);
  const { calibrated, test, trainableParameters, totalParameters } = tuned;
  return {
    directory: options.out,
    validation: calibrated.report,
    ...(test && { test }),
    trainableParameters,
    totalParameters,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function prepare(config: HeadConfig, options: TrainHeadOptions): Promise<ZeroShotRun> {
  const { onEvent, signal } = options;
  onEvent({ type: 'phase', name: 'reading data' });
  const loaded = await loadPrompted(config, 'zero-shot', signal);
  if (loaded.report.splits.length > 0) onEvent({ type: 'data', report: loaded.report });
  if (!loaded.hasRows) {
    onEvent({
      type: 'note',
      message: 'There are no labelled rows: the temperature is the default, and the validation figures are of the label texts themselves.',
    });
  }
  stopIfAborted(signal);
  onEvent({ type: 'phase', name: 'loading the encoder' });
  const cloze = usesCloze(config);
  const encoder = await loadEncoder(config.encoder, { maskedLm: cloze });
  const heads = cloze ? loaded.heads.map((head) => attachClozeHead(config, encoder, head)) : loaded.heads;
  const dataset = { ...loaded, heads };
  const maxLength = Math.min(config.training.maxLength, longestText(encoder, heads));
  const { tokenizer } = encoder;
  const { validation, test } = dataset;
  const texts = cloze ? config.prompt.contentFree : dataset.texts.flat();
  const tokenize = { tokenizer, maxLength, entityMarkers: config.normalization.entityMarkers };
  const labelRows = encodeForHeads(
    texts.map((text, row) => ({ text, row })),
    tokenize,
    heads,
  );
  const run = {
    config,
    options,
    dataset,
    encoder,
    layout: taskLayout(heads),
    maxLength,
    train: [],
    validation: encodeForHeads(validation, tokenize, heads),
    ...(test && { test: encodeForHeads(test, tokenize, heads) }),
    labelRows,
  };
  return { ...run, vocabulary: vocabularyOf(run, labelRows) };
}

async function compareWithLabels(run: ZeroShotRun): Promise<Tuned> {
  const { config, options, encoder, dataset } = run;
  const network = buildNetwork({ config, encoder, heads: dataset.heads, vocabulary: run.vocabulary });
  try {
    encoder.weights.clear();
    if (usesCloze(config)) await calibrateByNothing(run, network);
    else await setOutputLayer(run, network);
    options.onEvent({ type: 'phase', name: 'evaluating' });
    const calibrated = dataset.hasRows ? await calibrateRun(run, network) : await uncalibrated(run, network);
    const test = await evaluateTest(run, network, calibrated.tasks);
    const weights = network.toHost();
    const totalParameters = [...weights.values()].reduce((sum, { values }) => sum + values.length, 0);
    return {
      weights,
      history: { losses: [], evaluations: [] },
      calibrated,
      ...(test && { test }),
      trainableParameters: 0,
      totalParameters,
      unmeasured: !dataset.hasRows,
    };
  } finally {
    network.dispose();
  }
}

async function setOutputLayer(run: ZeroShotRun, network: TrainableNetwork): Promise<void> {
  const { config, options, encoder, dataset, labelRows } = run;
  options.onEvent({ type: 'phase', name: 'embedding the label texts' });
  const { hiddenSize: width } = encoder.config;
  const embeddings = await embedExamples({ network, width, ...passOptions(run) }, labelRows);
  const vectors = labelVectors(
    embeddings,
    dataset.texts.map((own) => own.length),
    width,
  );
  network.forgetWeights();
  network.parameter('head.output.weight').assign(vectors.map((value) => value / config.prompt.temperature));
  network.parameter('head.output.bias').assign(new Float32Array(dataset.labels.length));
}

/**
 * Contextual calibration (Zhao et al. 2021): what the words are likely to be where the text says nothing is their own doing, not the
 * text's. So the log of their mean probability after texts without content is subtracted from their scores.
 */
async function calibrateByNothing(run: ZeroShotRun, network: TrainableNetwork): Promise<void> {
  const { layout, labelRows } = run;
  if (labelRows.length === 0) return;
  const logits = await logitsOf(network, layout, labelRows, passOptions(run));
  const probabilities = softmaxRows(logits, layout.outputs);
  const bias = network.parameter('head.output.bias');
  const { values } = bias.toHost();
  network.forgetWeights();
  bias.assign(
    values.map((value, label) => {
      let sum = 0;
      for (let row = 0; row < labelRows.length; row++) sum += probabilities[row * layout.outputs + label];
      return value - Math.log(sum / labelRows.length);
    }),
  );
}

/** What the network says of the label texts; the temperature stays as configured. */
async function uncalibrated(run: ZeroShotRun, network: TrainableNetwork): Promise<Calibrated> {
  const { layout, validation } = run;
  const logits = await logitsOf(network, layout, validation, passOptions(run));
  const tasks = [{ temperature: 1 }];
  return { outputs: { logits }, tasks, report: evaluateTasks(layout, logits, targetsOf(validation), tasks) };
}
