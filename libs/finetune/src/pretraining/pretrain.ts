import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertReplaceable, AttuneError, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { pretrainingKeys, type PretrainingConfig } from '../config/pretraining-config';
import { encoderFamily, loadEncoder, longestInput, type LoadedEncoder } from '../encoders';
import { buildNetwork } from '../training/build-network';
import { countValues } from '../training/count-parameters';
import type { TrainingEvent, TrainingHistory } from '../training/events';
import { stopIfAborted } from '../training/interruption';
import { checkpointToResume } from '../training/resume';
import { TrainingLoop } from '../training/training-loop';
import { checkpointsOf } from '../training/tune';
import { findTuner } from '../tuners';
import { Random } from '../random';
import { followingWords, hiddenWords, type AskWords } from './asked-words';
import { TextCorpus, type CorpusSurvey } from './corpus';
import { newMaskedLmHead } from './new-weights';
import { measurePerplexity, perplexityJudge } from './perplexity';
import { newEncoder } from './scratch/new-encoder';
import { TextRows } from './text-rows';
import { WordMasking } from './whole-word-masking';
import { WordSteps } from './word-steps';
import { writePretrained } from './write-pretrained';

export interface PretrainOptions {
  /** The encoder's directory; nothing stands there yet. */
  out: string;
  /** Go on from the checkpoint of an interrupted run, if there is one. */
  resume: boolean;
  signal: AbortSignal;
  onEvent: (event: TrainingEvent) => void;
  /** Program and version, for the model card. */
  createdBy?: string;
}

/** What a finished run gives. */
export interface PretrainingResult {
  directory: string;
  /** On the texts that were set aside, with the same words asked for each time. */
  perplexity: { before: number; after: number };
  /** Texts that were learned from, and set aside. */
  texts: number;
  heldOutRows: number;
  /** Of an epoch. */
  rows: number;
  tokens: number;
  steps: number;
  trainableParameters: number;
  totalParameters: number;
  seconds: number;
}

/** What the phases of a run share. */
interface PretrainingRun {
  config: HeadConfig;
  settings: PretrainingConfig;
  options: PretrainOptions;
  encoder: LoadedEncoder;
  corpus: TextCorpus;
  rows: TextRows;
  survey: CorpusSurvey;
}

const DEFAULT_RATE = 1e-4;
/** Weights that know nothing bear larger steps, and need them. */
const DEFAULT_RATE_FROM_SCRATCH = 5e-4;

/**
 * Goes on with the language-model training of an encoder on raw text (Gururangan et al. 2020), or begins it with a new one, and writes a directory
 * that `encoder` of head.yaml takes. Words are hidden, and Python's `AutoModelForMaskedLM` reads the outcome; a causal encoder foretells each
 * next word, and `AutoModelForCausalLM` and `TextGenerator` read what it became.
 *
 * @throws AttuneError for bad texts, configuration or encoder, and for an interruption
 */
export async function pretrain(config: HeadConfig, options: PretrainOptions): Promise<PretrainingResult> {
  const startedAt = performance.now();
  const settings = config.pretraining ?? pretrainingKeys.parse({});
  if (settings.data === undefined) {
    throw new AttuneError('wrong-use', 'There is no text to learn from.', {
      remedy: 'Name files with --data, or pretraining.data in head.yaml.',
    });
  }
  await assertReplaceable(options.out);
  const workspace = await mkdtemp(join(tmpdir(), 'attune-pretrain-'));
  try {
    const run = await prepare(config, settings, [settings.data].flat(), options, workspace);
    const learned = await learn(run);
    stopIfAborted(options.signal);
    options.onEvent({ type: 'phase', name: 'writing the encoder' });
    const result = { ...resultOf(run, learned), seconds: (performance.now() - startedAt) / 1000 };
    await writePretrained({ ...run, ...learned, textHash: run.survey.sha256, result });
    await checkpointsOf(options.out).clear();
    return result;
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function prepare(
  config: HeadConfig,
  settings: PretrainingConfig,
  files: string[],
  options: PretrainOptions,
  workspace: string,
): Promise<PretrainingRun> {
  const { onEvent, signal } = options;
  const { template: _, entityMarkers: __, ...cleaning } = config.normalization;
  const corpus = new TextCorpus({ files, settings, cleaning, seed: config.seed, signal });
  onEvent({ type: 'phase', name: settings.scratch ? 'learning the vocabulary' : 'loading the encoder' });
  const encoder = settings.scratch
    ? await newEncoder(corpus, settings, config.seed, workspace)
    : await loadEncoder(config.encoder, { maskedLm: 'where-present' });
  const maxLength = Math.min(settings.maxLength, longestInput(encoder.config));
  if (maxLength < settings.maxLength) {
    onEvent({ type: 'note', message: `${encoder.id} reads at most ${maxLength} tokens; pretraining.maxLength is ${settings.maxLength}.` });
  }
  const { tokenizer, id, config: shape } = encoder;
  const rows = new TextRows({ tokenizer, maxLength, packing: settings.packing, encoder: id, causal: shape.causal === true });
  onEvent({ type: 'phase', name: 'reading the texts' });
  const survey = await corpus.survey(rows, shape.vocabularySize);
  const [texts, tokens, judged] = [survey.texts, survey.tokens, survey.heldOut.length].map((count) => count.toLocaleString('en-US'));
  onEvent({ type: 'note', message: `${texts} texts of ${tokens} tokens to learn from; ${judged} rows set aside for the perplexity.` });
  return { config, settings: { ...settings, maxLength }, options, encoder, corpus, rows, survey };
}

/** What is left of a run when its network is gone. */
export interface Learned {
  weights: Map<string, NamedTensor>;
  history: TrainingHistory;
  trainableParameters: number;
}

async function learn(run: PretrainingRun): Promise<Learned> {
  const { config, settings, options, encoder, corpus, rows, survey } = run;
  const { onEvent, signal } = options;
  const { config: shape, weights } = encoder;
  const isCausal = shape.causal === true;
  if (!isCausal && !weights.has('mlm.bias')) {
    if (!settings.scratch) onEvent({ type: 'note', message: `${encoder.id} has no masked-language-model head: a new one is learned.` });
    for (const [name, tensor] of newMaskedLmHead(shape, survey.counts, new Random(config.seed).fork('head'))) weights.set(name, tensor);
  }
  // Its own head's dense layer, which no text without labels changes.
  const untouched = [...weights].filter(([name]) => name.startsWith('head.dense.'));
  const head = isCausal ? { causalLm: true } : { maskedLm: encoderFamily(shape.family).maskedLmActivation ?? shape.activation };
  const network = buildNetwork({ config, encoder, heads: [], ...head });
  const tuner = findTuner('full').attach(network, withoutTuning(config), new Random(config.seed));
  const ask = isCausal ? followingWords : wordsToHide(run);
  const common = { network, ask, tokenBudget: config.training.tokenBudget, padTokenId: shape.padTokenId, seed: config.seed };
  const steps = new WordSteps({
    ...common,
    rowsOf: (epoch) => corpus.rows(epoch, rows, survey.threshold),
    rows: survey.rows,
    batchSize: settings.batchSize,
  });
  const trainableParameters = countValues(tuner.parameters.map(({ shape: extents }) => extents));
  weights.clear();
  onEvent({ type: 'parameters', trainable: trainableParameters, total: trainableParameters });
  const checkpoints = checkpointsOf(options.out);
  const identity = identityOf(run);
  const tokensPerRow = survey.tokens / survey.rows;
  const loop = new TrainingLoop({
    network,
    tuner,
    defaultLearningRate: settings.scratch ? DEFAULT_RATE_FROM_SCRATCH : DEFAULT_RATE,
    config: loopConfig(config, settings, steps.stepsPerEpoch),
    sources: [steps],
    metric: perplexityJudge,
    judgesStart: true,
    evaluate: () => measurePerplexity({ ...common, rows: survey.heldOut, signal }),
    checkpoints,
    identity,
    signal,
    onEvent: (event) => onEvent(event.type === 'step' ? { ...event, tokensPerSecond: event.examplesPerSecond * tokensPerRow } : event),
  });
  try {
    const checkpoint = options.resume ? await checkpointToResume(checkpoints, identity, onEvent) : undefined;
    onEvent({ type: 'phase', name: 'training' });
    if (checkpoint) {
      loop.restore(checkpoint);
      onEvent({ type: 'note', message: `Resumed at step ${checkpoint.progress.step}.` });
    }
    const history = await loop.run();
    return { weights: new Map([...network.toHost(), ...untouched]), history, trainableParameters };
  } finally {
    await steps.close();
    loop.dispose();
    tuner.dispose();
    network.dispose();
  }
}

function wordsToHide({ encoder: { tokenizer, config }, settings }: PretrainingRun): AskWords {
  const { maskShare: share, wholeWords } = settings;
  return hiddenWords(new WordMasking({ tokenizer, vocabularySize: config.vocabularySize, share, wholeWords }));
}

/** Tuning of a head that the same file may configure is not this one's. */
function withoutTuning(config: HeadConfig): HeadConfig {
  return { ...config, tuner: { ...config.tuner, name: 'full', layerDecay: 1, unfreezeEvery: 0, frozenLayers: 0 } };
}

/** The section's keys where a training run has its own. */
function loopConfig(config: HeadConfig, settings: PretrainingConfig, stepsPerEpoch: number): HeadConfig {
  const { learningRate, warmup, weightDecay, clipNorm, batchSize, evaluateEvery, checkpointEvery, steps } = settings;
  const epochs = steps === undefined ? settings.epochs : steps / stepsPerEpoch;
  return {
    ...withoutTuning(config),
    optimizer: {
      ...config.optimizer,
      name: 'adamw',
      schedule: 'linear',
      learningRate,
      headLearningRate: undefined,
      warmup,
      weightDecay,
      clipNorm,
    },
    regularization: { swaFrom: 0, adversarial: 0, mixout: 0, l2Sp: 0 },
    training: {
      ...config.training,
      ...{ epochs, batchSize, accumulate: 1, evaluateEvery, checkpointEvery, weightAverage: 0, patience: 0, keepBest: false },
    },
  };
}

/** What must be the same for a run to be resumed. */
function identityOf({ config, settings, survey, encoder }: PretrainingRun): string {
  const { seed, normalization, training } = config;
  const { precision, passes, tokenBudget, hiddenDropout, attentionDropout } = training;
  const parts = {
    settings: { ...settings, data: undefined, checkpointEvery: undefined },
    ...{ seed, normalization, precision, passes, tokenBudget, hiddenDropout, attentionDropout },
    data: survey.sha256,
    encoder: encoder.hash,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function resultOf({ options, survey }: PretrainingRun, { history, trainableParameters }: Learned): Omit<PretrainingResult, 'seconds'> {
  const { evaluations, losses } = history;
  const perplexityAt = (place: number): number => evaluations.at(place)?.metrics.perplexity ?? NaN;
  return {
    directory: options.out,
    perplexity: { before: perplexityAt(0), after: perplexityAt(-1) },
    texts: survey.texts,
    heldOutRows: survey.heldOut.length,
    rows: survey.rows,
    tokens: survey.tokens,
    steps: losses.length,
    trainableParameters,
    totalParameters: trainableParameters,
  };
}
