import { createHash } from 'node:crypto';
import { AttuneError } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { configuredMatching, type ConfiguredMatching } from '../config/tasks';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample } from '../data/example';
import { loadDataset, type Dataset } from '../data/load-dataset';
import { encodeMatching, type EncodedMatching } from '../data/matching-pairs';
import { loadEncoder, longestInput, type LoadedEncoder } from '../encoders';
import { taskLayout, type TaskLayout } from '../heads/task-layout';
import { findTuner } from '../tuners';
import type { PassOptions } from './evaluate-network';
import type { TrainingEvent } from './events';
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
}

/** Reads a run's data, loads its encoder and tokenises. */
export async function prepareRun(config: HeadConfig, options: TrainHeadOptions): Promise<Run> {
  const { onEvent, signal } = options;
  onEvent({ type: 'phase', name: 'reading data' });
  const dataset = await loadDataset(config, { signal });
  onEvent({ type: 'data', report: dataset.report });
  stopIfAborted(signal);
  onEvent({ type: 'phase', name: 'loading the encoder' });
  const encoder = await loadEncoder(config.encoder);
  const maxLength = textLength(config, encoder);
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
    dataset.heads.length === 0 ? [] : encodeForHeads(examples, { tokenizer, maxLength, entityMarkers }, dataset.heads);
  const task = configuredMatching(config);
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
    ...(task && dataset.matching ? { matching: { task, ...encodeMatching(dataset.matching.pairs, tokenizer, maxLength) } } : {}),
  };
}

/** Fewest tokens of a text that mean anything: one, between the special ones of a pair. */
const SHORTEST_TEXT = 4;

/** Tokens kept of a text: as configured, or what the encoder has room for beside what the tuner takes. */
function textLength({ tuner, training }: HeadConfig, { id, config }: LoadedEncoder): number {
  const room = longestInput(config);
  const reserved = findTuner(tuner.name).reservedTokens?.(tuner) ?? 0;
  if (reserved > 0 && room - reserved < SHORTEST_TEXT) {
    throw new AttuneError('bad-config', `tuner.promptTokens is ${reserved}, and ${id} reads ${room} tokens in all`, {
      remedy: `At most ${room - SHORTEST_TEXT} leave room for a text.`,
    });
  }
  return Math.min(training.maxLength, room - reserved);
}

/** Token ids of every text that will go through the network. */
export function textsOf({ train, validation, test = [], matching }: Run): Int32Array[] {
  const queries = matching ? [matching.train, matching.validation, ...(matching.test ? [matching.test] : [])] : [];
  const pairs = matching ? [...matching.candidates, ...queries.flatMap((split) => split.queries)] : [];
  return [...train, ...validation, ...test, ...pairs].map(({ inputIds }) => inputIds);
}

/** What must be the same for a run to be resumed. What is exported may change: an export that is refused need not cost the training. */
export function identityOf({ config, dataset, encoder }: Run): string {
  const parts = { config: { ...config, data: undefined, export: undefined }, data: dataset.fingerprint.sha256, encoder: encoder.hash };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** What passes over a run's examples need to know. */
export function passOptions({ encoder, options }: Pick<Run, 'encoder' | 'options'>): PassOptions {
  return { padTokenId: encoder.config.padTokenId, signal: options.signal };
}
