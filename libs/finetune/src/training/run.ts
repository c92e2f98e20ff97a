import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { AttuneError, type HeadShape } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { augmentExamples, type AugmentedExamples, type AugmentOptions } from '../augmentation/augmented-examples';
import { describePrevious, loadPrevious, type PreviousModel } from '../continual/previous-model';
import { configuredMatching, configuredTasks, type ConfiguredMatching } from '../config/tasks';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample } from '../data/example';
import { loadDataset, type Dataset } from '../data/load-dataset';
import { encodeMatching, type EncodedMatching } from '../data/matching-pairs';
import { takeLessons, type LessonOptions, type Lessons } from '../distillation/lessons';
import { loadEncoder, longestInput, type LoadedEncoder } from '../encoders';
import { VocabularySubset } from '../network/vocabulary-subset';
import { attachClozeHead, tokensAround, usesCloze } from '../prompts/cloze';
import { taskLayout, type TaskLayout } from '../heads/task-layout';
import { findTuner } from '../tuners';
import type { PassOptions } from './evaluate-network';
import type { TrainingEvent } from './events';
import type { StepLoss } from '../losses';
import { stopIfAborted } from './interruption';

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

/** A matching task with its rows. */
export interface RunMatching extends EncodedMatching {
  task: ConfiguredMatching;
}

/** What the phases of a run share. */
export interface Run {
  config: HeadConfig;
  options: TrainHeadOptions;
  dataset: Dataset;
  encoder: LoadedEncoder;
  /** The heads of the tasks side by side; empty where the only task is matching. */
  layout: TaskLayout;
  maxLength: number;
  train: EncodedExample[];
  validation: EncodedExample[];
  test?: EncodedExample[];
  matching?: RunMatching;
  /** Training rows whose texts are changed, where that is configured. */
  augmented?: AugmentedExamples;
  /** What teachers say, where there are any. */
  lessons?: Lessons;
  /** The model that training goes on from. */
  previous?: PreviousModel;
  /** Tokens of every text that will go through the network. */
  vocabulary: VocabularySubset;
  /** Further texts that will go through the network. */
  unlabelled?: EncodedExample[];
  /** What the training rows teach, where their targets are no labels. */
  loss?: StepLoss;
}

/** Reads a run's data, loads its encoder and tokenises. */
export async function prepareRun(config: HeadConfig, options: TrainHeadOptions): Promise<Run> {
  const { onEvent, signal } = options;
  onEvent({ type: 'phase', name: 'reading data' });
  const { from } = config.continual;
  const previous = from === undefined ? undefined : await loadPrevious(from, configuredTasks(config));
  const loaded = await loadDataset(config, { signal, ...(previous && { previousHeads: previous.heads }) });
  onEvent({ type: 'data', report: loaded.report });
  stopIfAborted(signal);
  onEvent({ type: 'phase', name: 'loading the encoder' });
  const cloze = usesCloze(config);
  const encoder = previous ? await loadEncoderOf(previous) : await loadEncoder(config.encoder, { maskedLm: cloze });
  const dataset = cloze ? { ...loaded, heads: loaded.heads.map((head) => attachClozeHead(config, encoder, head)) } : loaded;
  const maxLength = textLength(config, encoder, dataset.heads);
  if (maxLength < config.training.maxLength) {
    onEvent({
      type: 'note',
      message: `${encoder.id} reads at most ${maxLength} tokens; training.maxLength is ${config.training.maxLength}.`,
    });
  }
  if (previous) onEvent({ type: 'note', message: describePrevious(previous, config) });
  onEvent({ type: 'phase', name: 'tokenising' });
  const { tokenizer } = encoder;
  const { entityMarkers } = config.normalization;
  const encode = (examples: Dataset['train']): EncodedExample[] =>
    dataset.heads.length === 0 ? [] : encodeForHeads(examples, { tokenizer, maxLength, entityMarkers }, dataset.heads);
  const task = configuredMatching(config);
  const train = encode(dataset.train);
  const tokenize = { tokenizer, maxLength, entityMarkers };
  const layout = taskLayout(dataset.heads);
  const augmented = await augment(config, { ...tokenize, examples: dataset.train, encoded: train });
  const lessons = await learnFrom(config, { ...tokenize, config, layout, train: dataset.train, signal }, onEvent);
  const run: Omit<Run, 'vocabulary'> = {
    config,
    options,
    dataset,
    encoder,
    layout,
    maxLength,
    train,
    validation: encode(dataset.validation),
    ...(dataset.test ? { test: encode(dataset.test) } : {}),
    ...(task && dataset.matching ? { matching: { task, ...encodeMatching(dataset.matching.pairs, tokenizer, maxLength) } } : {}),
    ...(augmented && { augmented }),
    ...(lessons && { lessons }),
    ...(previous && { previous }),
  };
  return { ...run, vocabulary: vocabularyOf(run) };
}

/** The encoder of an earlier model with all of its heads, under the name of the pretrained one. */
async function loadEncoderOf({ directory, manifest, furtherHeads }: PreviousModel): Promise<LoadedEncoder> {
  const encoder = await loadEncoder(resolve(directory));
  for (const [name, tensor] of furtherHeads) encoder.weights.set(name, tensor);
  return { ...encoder, id: manifest.encoder.id };
}

function augment(
  { augmentation: keys, seed }: HeadConfig,
  rows: Omit<AugmentOptions, 'keys' | 'seed'>,
): Promise<AugmentedExamples> | undefined {
  return keys.share > 0 ? augmentExamples({ ...rows, keys, seed }) : undefined;
}

function learnFrom({ distill }: HeadConfig, options: LessonOptions, onEvent: TrainHeadOptions['onEvent']): Promise<Lessons> | undefined {
  if (distill === undefined) return undefined;
  onEvent({ type: 'phase', name: 'asking the teachers' });
  return takeLessons(distill, options);
}

/** Most tokens of a text that an encoder has room for beside what a head puts around it. */
export function longestText({ id, config }: LoadedEncoder, heads: readonly HeadShape[]): number {
  const around = Math.max(0, ...heads.map(({ cloze }) => (cloze ? tokensAround(cloze) : 0)));
  const room = longestInput(config) - around;
  if (room > 2) return room;
  throw new AttuneError('bad-config', `prompt.templates: a template of ${around} tokens leaves ${id} no room for a text.`, {
    remedy: 'Shorten the template.',
  });
}

/** Fewest tokens of a text that mean anything: one, between the special ones of a pair. */
const SHORTEST_TEXT = 4;

/** Tokens kept of a text: as configured, or what the encoder has room for beside what the tuner takes. */
function textLength({ tuner, training }: HeadConfig, encoder: LoadedEncoder, heads: readonly HeadShape[]): number {
  const room = longestText(encoder, heads);
  const reserved = findTuner(tuner.name).reservedTokens?.(tuner) ?? 0;
  if (reserved > 0 && room - reserved < SHORTEST_TEXT) {
    throw new AttuneError('bad-config', `tuner.promptTokens is ${reserved}, and ${encoder.id} reads ${room} tokens in all`, {
      remedy: `At most ${room - SHORTEST_TEXT} leave room for a text.`,
    });
  }
  return Math.min(training.maxLength, room - reserved);
}

/** Token ids of every text that will go through the network. */
function* textsOf({
  config,
  train,
  validation,
  test = [],
  unlabelled = [],
  matching,
  augmented,
  lessons,
}: Omit<Run, 'vocabulary'>): Generator<Int32Array> {
  const queries = matching ? [matching.train, matching.validation, ...(matching.test ? [matching.test] : [])] : [];
  const pairs = matching ? [...matching.candidates, ...queries.flatMap((split) => split.queries)] : [];
  for (const { inputIds } of [...train, ...validation, ...test, ...unlabelled, ...pairs, ...(lessons?.unlabelled ?? [])]) yield inputIds;
  for (let epoch = 0; augmented && epoch < config.training.epochs; epoch++) {
    for (const { inputIds } of augmented.examplesOf(epoch)) yield inputIds;
  }
}

/**
 * Tokens that will ever be looked up in a run.
 *
 * @param further texts beside those of the run
 */
export function vocabularyOf(run: Omit<Run, 'vocabulary'>, further: readonly EncodedExample[] = []): VocabularySubset {
  const { vocabularySize, padTokenId } = run.encoder.config;
  const texts = [...textsOf(run), ...further.map(({ inputIds }) => inputIds)];
  return VocabularySubset.of(vocabularySize, texts, [padTokenId, ...tokensOfPatterns(run.dataset.heads)]);
}

/** Tokens of the sentences that heads put around texts. */
function tokensOfPatterns(heads: readonly HeadShape[]): number[] {
  return heads.flatMap(({ cloze }) => cloze?.patterns.flatMap(({ before, after }) => [...before, ...after]) ?? []);
}

/** What must be the same for a run to be resumed. What is exported may change: an export that is refused need not cost the training. */
export function identityOf({ config, dataset, encoder, augmented, lessons, previous }: Run): string {
  const parts = {
    config: {
      ...config,
      data: undefined,
      export: undefined,
      search: undefined,
      pretraining: undefined,
      augmentation: { ...config.augmentation, synonyms: undefined },
      distill: config.distill && { ...config.distill, teachers: undefined, unlabelled: undefined },
      continual: { ...config.continual, from: undefined, replay: undefined },
    },
    data: dataset.fingerprint.sha256,
    encoder: encoder.hash,
    synonyms: augmented?.sha256,
    lessons: lessons?.sha256,
    previous: previous?.sha256,
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What passes over a run's examples need to know. */
export function passOptions({ encoder, options }: Pick<Run, 'encoder' | 'options'>): PassOptions {
  return { padTokenId: encoder.config.padTokenId, signal: options.signal };
}
