import type { EncoderConfig, HeadShape, Manifest, NamedTensor, OutOfScopeRule, TextNormalization } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { EncodedExample } from '../data/example';
import type { SourceConfig } from '../encoders';
import type { MatchingVectors } from '../evaluation/matching-report';
import type { EvaluationReport } from '../evaluation/report';
import type { KeptExamples } from './kept-examples';

/** Where a head's encoder came from. */
export interface EncoderSource {
  /** The reference's name: hub id, name of the set-up's encoder, or the folder's name. */
  id: string;
  /** SHA-256 of the pretrained weights. */
  hash: string;
  /** Folder of the pretrained files; the tokenizer's are copied from it. */
  directory: string;
  config: EncoderConfig;
  /** config.json as it stood. */
  sourceConfig: SourceConfig;
}

/** What every method hands over beside the weights. */
interface AdapterBase {
  /** What Python is to load as the base model: a hub id or a folder. */
  baseModel: string;
  /** The method's own parameters, by the name of the module in memory that they belong to and their own. */
  weights: ReadonlyMap<string, NamedTensor>;
}

/** A low-rank adapter (LoRA, Hu et al. 2021; DoRA, Liu et al. 2024) that has been merged into the weights. */
export interface LowRankAdapter extends AdapterBase {
  method: 'lora' | 'dora';
  rank: number;
  alpha: number;
  dropout: number;
  /** Dense layers as configured, by the end of their name in memory. */
  targetModules: string[];
}

/** Factors (Liu et al. 2022) that have been merged into the weights. */
export interface ScalingAdapter extends AdapterBase {
  method: 'ia3';
  /** Layers whose inputs are scaled, by their names in memory; of the others the outputs are. */
  feedForward: string[];
}

/** A soft prompt (Lester et al. 2021): `prompt.embeddings` `[tokens, hidden]`. */
export interface PromptAdapter extends AdapterBase {
  method: 'prompt-tuning';
  tokens: number;
  /** Inner width of the encoder that made it, where one did. */
  encoderSize?: number;
}

/** Bottleneck adapters (Houlsby et al. 2019), by the names of `EncoderAdditions`. */
export interface BottleneckAdapter extends AdapterBase {
  method: 'adapters';
  reductionFactor: number;
  size: number;
  activation: EncoderConfig['activation'];
}

export type TrainedAdapter = LowRankAdapter | ScalingAdapter | PromptAdapter | BottleneckAdapter;

/** A further task of a trained encoder. */
export interface FurtherTask {
  head: HeadShape;
  temperature: number;
  thresholds?: readonly number[];
  scopeRule?: OutOfScopeRule;
}

/** What an export needs to know of any finished training run. */
export interface TrainedEncoder {
  encoder: EncoderSource;
  /** Parameters by their names in memory, the heads' and those of `encoder.config.additions` included; merged where a tuner's can be. */
  weights: ReadonlyMap<string, NamedTensor>;
  adapter?: TrainedAdapter;
  normalization: TextNormalization;
  /** Tokens kept of a text, special tokens counted. */
  maxLength: number;
  reports: { validation: EvaluationReport; test?: EvaluationReport };
  /** Whether there were no labelled rows to validate on: the validation report is then of the texts that describe the labels. */
  unmeasured?: boolean;
  /** Course of the training, written as history.json. */
  history?: unknown;
  /** What it was trained on. */
  dataFingerprint: { sha256: string; rows: number; [key: string]: unknown };
  /** Models whose training it went on from, the latest first. */
  lineage?: Manifest['lineage'];
  config: HeadConfig;
}

/** An encoder trained with heads. */
export interface TrainedHead extends TrainedEncoder {
  head: HeadShape;
  calibration: { temperature: number };
  /** multi-label: probability from which each label is given, in the order of the labels. */
  thresholds?: readonly number[];
  /** classification: when a text is taken for out of scope. */
  scopeRule?: OutOfScopeRule;
  /** Further tasks on the same encoder, in the order of their logits; `head` is the first. */
  further?: readonly FurtherTask[];
  /** Whether the ONNX files also give a normalised embedding, the mean of the states of real tokens. */
  embedding: boolean;
}

/** Rows that training did not see, with what the trained model says about them. */
export interface HeldOut {
  examples: readonly EncodedExample[];
  /** `[rows × outputs]` of the trained model, in float32, in the order of the examples; of several heads side by side. */
  logits: Float32Array;
  /** Pairs of a matching task. */
  pairs?: HeldOutPairs;
}

/** Held-out queries and the candidates for them, with the trained model's vectors. */
export interface HeldOutPairs {
  queries: readonly EncodedExample[];
  candidates: readonly EncodedExample[];
  vectors: MatchingVectors;
}

export interface ExportOptions<Held = HeldOut> {
  /** Directory of the model; replaced if a model stands there. */
  out: string;
  /** Whether to write the quantised ONNX file too. */
  int8: boolean;
  heldOut: Held;
  /** Training rows that the model keeps; needs an embedding. */
  examples?: KeptExamples;
  /** Program and version, for the manifest. */
  createdBy: string;
  /** Further files of the model directory, by name: curves, the configuration as it was given. */
  attachments?: ReadonlyMap<string, Attachment>;
}

/** Content of a file that goes along with a model: text, bytes, or tensors as safetensors. */
export type Attachment = string | Uint8Array | ReadonlyMap<string, NamedTensor>;

/** How far an ONNX file is from the trained model. */
export interface Agreement {
  rows: number;
  /** Largest absolute difference of a logit. */
  largestLogitDifference?: number;
  /** Rows whose label differs, near-ties included. */
  labelsChanged?: number;
  /** Of several tasks each by its name; the figures above are then the worst and the sum. */
  tasks?: Record<string, Omit<Agreement, 'rows' | 'tasks'> & { metric?: Int8Metric }>;
  /** Smallest cosine between two embeddings of the same text. */
  smallestCosine?: number;
}

/** Measure that was compared, and its values on the held-out rows. */
export interface Int8Metric {
  name: string;
  fp32: number;
  int8: number;
}

/** What quantising cost; of several tasks, `metric` is that of the first. */
export interface Int8Agreement extends Agreement {
  metric?: Int8Metric;
  /** What was left in float32 to keep the measure. */
  kept: Int8Kept;
}

/** Parts that an int8 file leaves in float32, besides the head. */
export type Int8Kept = 'nothing' | 'outer layers' | 'feed-forward outputs' | 'feed-forward layers';

export interface ExportReport {
  directory: string;
  /** Paths of the files, with their sizes in bytes. */
  files: Record<string, number>;
  fp32: Agreement;
  int8?: Int8Agreement;
  seconds: number;
}
