import type { EncoderConfig, EncoderFamilyName } from '@attune/artifact';

/** A config.json as parsed, before anything is known about it. */
export type SourceConfig = Record<string, unknown>;

/**
 * `classification`: names in a `…ForSequenceClassification` checkpoint (`bert.encoder…`, `classifier…`).
 * `base`: names in a checkpoint of the bare encoder (`encoder…`), as sentence-transformers repositories hold.
 */
export type CheckpointLayout = 'classification' | 'base';

/** All that differs between encoder families outside their forward pass: configuration keys, parameter names, the own head. */
export interface EncoderFamily {
  name: EncoderFamilyName;
  /** Values of config.json's `model_type` that are of this family. */
  modelTypes: string[];
  /** Python class of the bare encoder, for config.json's `architectures`. */
  baseArchitecture: string;
  /** Python class of the encoder with its classification head. */
  classificationArchitecture: string;
  /** Python class of the encoder with its masked-language-model head, or of a causal one with its language-model head. */
  maskedLmArchitecture: string;
  /** Between `mlm.dense` and `mlm.LayerNorm`; absent where it is the encoder's own activation. */
  maskedLmActivation?: EncoderConfig['activation'];
  /** Between `head.dense` and `head.output`. */
  headActivation: 'tanh' | 'relu';
  /** Whether the family's own head drops out before `head.dense` too, besides before `head.output`. */
  dropoutBeforePooler: boolean;
  /**
   * @param file Path of the config.json, for messages.
   * @throws AttuneError `bad-model` for missing or impossible values, `unsupported-encoder` for variants of the family that are not supported.
   */
  parseConfig(source: SourceConfig, file: string): EncoderConfig;
  /** Dropout rate before the output layer of the family's own classification head. */
  headDropout(source: SourceConfig): number;
  /** Whether checkpoints hold a parameter's matrix the other way round, `[in, out]`; none where absent. */
  isTransposed?(canonical: string): boolean;
  /** Name in a Hugging Face checkpoint of a parameter in memory; those of a masked-language-model head have one in every layout. */
  toHuggingFaceName(canonical: string, layout?: CheckpointLayout): string;
  /** Name in memory of a checkpoint's parameter, in any layout; undefined where it is no part of the encoder or its heads. */
  fromHuggingFaceName(name: string): string | undefined;
}
