import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  AttuneError,
  encoderParameterShapes,
  loadTokenizer,
  MANIFEST_FILE,
  type EncoderConfig,
  type NamedTensor,
  transposedTensor,
  type Tokenizer,
} from '@attune/artifact';
import { readCheckpoint, readDenseModule } from './checkpoint';
import { readEncoderConfig, type EncoderDescription } from './encoder-config';
import type { EncoderFamily, SourceConfig } from './families';
import type { OnDownload } from './hub';
import { resolveEncoder } from './resolve';

/** An encoder in memory. */
export interface LoadedEncoder {
  /** The reference's name: hub id, name of the set-up's encoder, or the folder's name. */
  id: string;
  /** Folder of its files. */
  directory: string;
  config: EncoderConfig;
  /** config.json as it stands. */
  sourceConfig: SourceConfig;
  /** SHA-256 of its weights' file. */
  hash: string;
  /**
   * Parameters by their names in memory: those of `encoderParameterShapes`, then `head.dense.*` and `head.output.*` where
   * the checkpoint has them; with `maskedLm` its masked-language-model head (`mlm…`).
   */
  weights: Map<string, NamedTensor>;
  tokenizer: Tokenizer;
}

/** Parameters of a masked-language-model head, without a decoder of its own where that is tied to the word table. */
function maskedLmShapes({ hiddenSize: hidden, vocabularySize }: EncoderConfig, source: SourceConfig): Map<string, number[]> {
  const shapes = new Map([
    ['mlm.dense.weight', [hidden, hidden]],
    ['mlm.dense.bias', [hidden]],
    ['mlm.LayerNorm.weight', [hidden]],
    ['mlm.LayerNorm.bias', [hidden]],
    ['mlm.bias', [vocabularySize]],
  ]);
  return source.tie_word_embeddings === false ? shapes.set('mlm.decoder.weight', [vocabularySize, hidden]) : shapes;
}

const HEAD_NAMES = ['head.dense.weight', 'head.dense.bias', 'head.output.weight', 'head.output.bias'];

function isSequenceClassifier(family: EncoderFamily, source: SourceConfig): boolean {
  return Array.isArray(source.architectures) && source.architectures.includes(family.classificationArchitecture);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function checkShape(directory: string, name: string, tensor: NamedTensor, expected: readonly number[]): void {
  if (sameShape(tensor.shape, expected)) return;
  throw new AttuneError(
    'bad-model',
    `${directory}: the weights and config.json do not fit: "${name}" is [${tensor.shape.join(', ')}], config.json asks for [${expected.join(', ')}]`,
    { remedy: 'Use the config.json that was published with the weights.' },
  );
}

function checkEncoderWeights(
  directory: string,
  shapes: Map<string, number[]>,
  tensors: Map<string, NamedTensor>,
  otherNames: string[],
): void {
  const missing = [...shapes.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) {
    const found = otherNames.length > 0 ? `; it holds other names, such as "${otherNames[0]}"` : '';
    throw new AttuneError(
      'bad-model',
      `${directory}: the weights lack ${missing.length} of the encoder's ${shapes.size} parameters, such as "${missing[0]}"${found}`,
      { remedy: 'Check that config.json and the weights are of the same model.' },
    );
  }
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) checkShape(directory, name, tensor, shape);
  }
}

function withoutMaskedLm(directory: string, why: string): AttuneError {
  return new AttuneError('unsupported-encoder', `${directory}: the encoder has no masked-language-model head ${why}.`, {
    remedy: 'Choose a checkpoint of a …ForMaskedLM, or a way that needs none.',
  });
}

/** Whether a checkpoint's masked-language-model head is to be read: it must be there, or may. */
export type WantedMaskedLm = boolean | 'where-present';

/** Shapes of the masked-language-model head that is to be read. @throws AttuneError `unsupported-encoder` where a causal encoder must have one */
function wantedMaskedLm(
  directory: string,
  { config, sourceConfig }: Pick<EncoderDescription, 'config' | 'sourceConfig'>,
  wanted: Exclude<WantedMaskedLm, false>,
): Map<string, number[]> {
  if (!config.causal) return maskedLmShapes(config, sourceConfig);
  if (wanted === 'where-present') return new Map();
  throw withoutMaskedLm(directory, 'and is causal');
}

/** @throws AttuneError `unsupported-encoder` where it is wanted and not there, `bad-model` for other shapes */
function checkMaskedLm(directory: string, shapes: ReadonlyMap<string, number[]>, tensors: ReadonlyMap<string, NamedTensor>): void {
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw withoutMaskedLm(directory, `(no ${name})`);
    checkShape(directory, name, tensor, shape);
  }
}

/** A head is kept where both weight and bias are there and fit the encoder; that of a causal encoder has no bias. */
function keepHead(directory: string, { hiddenSize, causal }: EncoderConfig, tensors: Map<string, NamedTensor>): Map<string, NamedTensor> {
  const head = new Map<string, NamedTensor>();
  const scores = tensors.get('head.output.weight');
  if (causal && scores !== undefined && !tensors.has('head.output.bias')) {
    checkShape(directory, 'head.output.weight', scores, [scores.shape[0], hiddenSize]);
    return head.set('head.output.weight', scores);
  }
  for (const layer of ['head.dense', 'head.output']) {
    const weight = tensors.get(`${layer}.weight`);
    const bias = tensors.get(`${layer}.bias`);
    if (weight === undefined || bias === undefined) continue;
    const outputs = layer === 'head.dense' ? hiddenSize : bias.values.length;
    checkShape(directory, `${layer}.weight`, weight, [outputs, hiddenSize]);
    checkShape(directory, `${layer}.bias`, bias, [outputs]);
    head.set(`${layer}.weight`, weight).set(`${layer}.bias`, bias);
  }
  return head;
}

/**
 * Reads the weights of an encoder's folder.
 *
 * @returns Parameters as in `LoadedEncoder.weights`, and the SHA-256 of their file.
 * @throws AttuneError `missing-file`; `bad-model` for damaged files, and weights that do not fit the configuration.
 */
export async function readEncoderWeights(
  directory: string,
  { family, config, sourceConfig }: EncoderDescription,
  options: { maskedLm?: WantedMaskedLm } = {},
): Promise<{ weights: Map<string, NamedTensor>; hash: string }> {
  const shapes = encoderParameterShapes(config);
  const ofMaskedLm = options.maskedLm ? wantedMaskedLm(directory, { config, sourceConfig }, options.maskedLm) : new Map<string, number[]>();
  const wanted = new Set([
    ...shapes.keys(),
    ...ofMaskedLm.keys(),
    ...HEAD_NAMES.slice(0, isSequenceClassifier(family, sourceConfig) ? 4 : 2),
  ]);
  const rename = (name: string): string | undefined => {
    const canonical = family.fromHuggingFaceName(name);
    return canonical !== undefined && wanted.has(canonical) ? canonical : undefined;
  };
  const { tensors, otherNames, hash } = await readCheckpoint(directory, rename);
  for (const [name, tensor] of tensors) if (family.isTransposed?.(name)) tensors.set(name, transposedTensor(tensor));
  checkEncoderWeights(directory, shapes, tensors, otherNames);

  const weights = new Map<string, NamedTensor>();
  const isThere = [...ofMaskedLm.keys()].some((name) => tensors.has(name));
  if (isThere || options.maskedLm !== 'where-present') checkMaskedLm(directory, ofMaskedLm, tensors);
  for (const name of [...shapes.keys(), ...ofMaskedLm.keys()]) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) weights.set(name, tensor);
  }
  // Elsewhere a Dense module is part of an embedding, not a head.
  const isOwnExport = existsSync(join(directory, MANIFEST_FILE));
  if (isOwnExport) for (const [name, tensor] of await readDenseModule(directory)) tensors.set(name, tensor);
  for (const [name, tensor] of keepHead(directory, config, tensors)) weights.set(name, tensor);
  return { weights, hash };
}

/** A causal encoder whose config.json names no padding has its tokenizer's. */
function withPadding({ config, sourceConfig }: EncoderDescription, { padTokenId }: Tokenizer): EncoderConfig {
  const isNamed = typeof sourceConfig.pad_token_id === 'number';
  return config.causal && !isNamed && padTokenId < config.vocabularySize ? { ...config, padTokenId } : config;
}

/**
 * Loads an encoder, or a head that was exported from one so that training goes on from it: its configuration, its weights as
 * float32 under the names of `encoderParameterShapes`, and its tokenizer.
 *
 * @param reference A local folder, the name of the set-up's encoder, or a hub id `org/name`, also `org/name@revision`.
 * @param options.maskedLm Reads the masked-language-model head, too: `mlm.dense.*`, `mlm.LayerNorm.*`, `mlm.bias`, and `mlm.decoder.weight` where
 *   the decoder is not tied to the word table; with `where-present` an encoder without one is no fault.
 * @param options.onDownload Told of the progress of a download from the hub.
 * @throws AttuneError `unsupported-encoder` for another architecture; `missing-file` and `bad-model` for a folder that lacks
 *   files or whose weights do not fit its config.json; `setup-missing` where the set-up has not run.
 */
export async function loadEncoder(
  reference: string,
  options: { onDownload?: OnDownload; maskedLm?: WantedMaskedLm } = {},
): Promise<LoadedEncoder> {
  const { id, directory } = await resolveEncoder(reference, options);
  const description = await readEncoderConfig(directory);
  const { weights, hash } = await readEncoderWeights(directory, description, options);
  const tokenizer = await loadTokenizer(directory);
  const { sourceConfig } = description;
  const config = withPadding(description, tokenizer);
  return { id, directory, config, sourceConfig, hash, weights, tokenizer };
}
