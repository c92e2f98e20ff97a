import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeFiles,
  MANIFEST_FILE,
  textNormalizationSchema,
  type EncoderConfig,
  type EntityMarkers,
  type HeadShape,
  type Manifest,
  type ManifestTask,
  type NamedTensor,
} from '@attune/artifact';
import { buildEncoderModel, quantizeDynamic } from '@attune/onnx';

/** What is put into a model directory beside the files of a tiny encoder. */
export interface TinyModelParts {
  config: EncoderConfig;
  /** Of the encoder and, with a task, of `head.output`; those of further tasks as `headPrefix` says. */
  weights: ReadonlyMap<string, NamedTensor>;
  /** Without one the directory holds an embedding model as other programs export it: no attune.json. */
  task?: ManifestTask;
  /** Further tasks; then every one is called in the files by its name. */
  further?: readonly ManifestTask[];
  /** Tokens to which texts are cut. */
  maxLength: number;
  /** How texts are marked where they name their second text; default not at all. */
  entityMarkers?: EntityMarkers;
}

/**
 * Completes a directory of `createTinyEncoder` to a model directory as training exports it: ONNX in fp32 and int8 with
 * `logits` (where there is a task) and a normalised `embedding`, and the manifest.
 */
export async function writeTinyModelFiles(
  directory: string,
  { config, weights, task, further = [], ...reading }: TinyModelParts,
): Promise<void> {
  const toShape = ({ name, type, pooling, labels }: ManifestTask): HeadShape => ({
    task: type,
    pooling,
    labels,
    ...(further.length > 0 ? { name } : {}),
  });
  const fp32 = buildEncoderModel({
    config,
    weights: new Map(weights),
    ...(task === undefined
      ? { outputs: ['embedding'] }
      : { head: { shape: toShape(task), activation: 'tanh', further: further.map(toShape) }, outputs: ['logits', 'embedding'] }),
  });
  await mkdir(join(directory, 'onnx'));
  await writeFile(join(directory, 'onnx/model.onnx'), fp32);
  await writeFile(join(directory, 'onnx/model_quantized.onnx'), quantizeDynamic(fp32));
  if (task === undefined) return;
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(await manifestOf(directory, config, [task, ...further], reading)));
}

/** The configuration of an encoder of `createTinyEncoder`, of the family `bert`. */
export async function readTinyConfig(directory: string, vocabularySize: number): Promise<EncoderConfig> {
  const json = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8')) as Record<string, number>;
  return {
    family: 'bert',
    vocabularySize,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    attentionHeads: json.num_attention_heads,
    intermediateSize: json.intermediate_size,
    maxPositions: json.max_position_embeddings,
    positionOffset: 0,
    tokenTypes: json.type_vocab_size,
    layerNormEpsilon: json.layer_norm_eps,
    activation: 'gelu',
    hiddenDropout: 0,
    attentionDropout: 0,
    padTokenId: json.pad_token_id,
  };
}

async function manifestOf(
  directory: string,
  config: EncoderConfig,
  tasks: ManifestTask[],
  { maxLength, entityMarkers }: Pick<TinyModelParts, 'maxLength' | 'entityMarkers'>,
): Promise<Manifest> {
  const files = await describeFiles(directory, ['tokenizer.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx']);
  const { family, hiddenSize, tokenTypes, padTokenId } = config;
  return {
    schemaVersion: 1,
    createdBy: 'a spec',
    tasks,
    embedding: { output: 'embedding', dimension: hiddenSize, pooling: 'mean', normalized: true },
    encoder: { id: 'tiny', hash: 'tiny', family, hiddenSize, tokenTypes, padTokenId },
    maxLength,
    normalization: textNormalizationSchema.parse({ entityMarkers }),
    onnx: { fp32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' },
    files,
  };
}
