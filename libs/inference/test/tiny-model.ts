import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  sha256OfFile,
  textNormalizationSchema,
  type EncoderConfig,
  type HeadShape,
  type Manifest,
  type ManifestTask,
  type NamedTensor,
} from '@attune/artifact';
import { buildEncoderModel, quantizeDynamic } from '@attune/onnx';
import { createTinyEncoder } from '@attune/testing';

export interface TinyModelOptions {
  type?: ManifestTask['type'];
  labels?: string[];
  temperature?: number;
  thresholds?: Record<string, number>;
  /** Write no attune.json and no head: an embedding model as other programs export it. */
  bare?: boolean;
}

export const tinyLabels = ['refund', 'delivery', 'password'];

/** Writes a model directory with a random BERT encoder and head: logits and embeddings, fp32 and int8. */
export async function writeTinyModel(directory: string, options: TinyModelOptions = {}): Promise<string> {
  const { type = 'classification', labels = tinyLabels, temperature = 1, thresholds, bare = false } = options;
  const { weights: parameters, vocabularySize } = createTinyEncoder(directory, {
    hiddenSize: 32,
    layers: 2,
    attentionHeads: 4,
    maxLength: 64,
  });
  const config = await encoderConfig(directory, vocabularySize);
  const weights = new Map<string, NamedTensor>(parameters);
  weights.set('head.output.weight', spread([labels.length, config.hiddenSize]));
  weights.set('head.output.bias', spread([labels.length]));
  const shape: HeadShape = { task: type, pooling: 'mean', labels };
  const fp32 = buildEncoderModel({
    config,
    weights,
    ...(bare ? { outputs: ['embedding'] } : { head: { shape, activation: 'tanh' }, outputs: ['logits', 'embedding'] }),
  });
  await mkdir(join(directory, 'onnx'));
  await writeFile(join(directory, 'onnx/model.onnx'), fp32);
  await writeFile(join(directory, 'onnx/model_quantized.onnx'), quantizeDynamic(fp32));
  if (bare) return directory;
  const task: ManifestTask = {
    name: 'topic',
    type,
    pooling: 'mean',
    labels,
    output: 'logits',
    calibration: { temperature },
    ...(thresholds === undefined ? {} : { thresholds }),
    metrics: {},
  };
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(await manifest(directory, config, task)));
  return directory;
}

async function manifest(directory: string, config: EncoderConfig, task: ManifestTask): Promise<Manifest> {
  const files: Manifest['files'] = {};
  for (const path of ['tokenizer.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx']) {
    const file = join(directory, path);
    files[path] = { sha256: await sha256OfFile(file), bytes: (await stat(file)).size };
  }
  const { family, hiddenSize, tokenTypes, padTokenId } = config;
  return {
    schemaVersion: 1,
    createdBy: 'a spec',
    tasks: [task],
    embedding: { output: 'embedding', dimension: hiddenSize, pooling: 'mean', normalized: true },
    encoder: { id: 'tiny', hash: 'tiny', family, hiddenSize, tokenTypes, padTokenId },
    maxLength: 16,
    normalization: textNormalizationSchema.parse({}),
    onnx: { fp32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' },
    files,
  };
}

async function encoderConfig(directory: string, vocabularySize: number): Promise<EncoderConfig> {
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

/** Values without a pattern that a swapped row or column could hide in. */
function spread(shape: number[]): NamedTensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, index) => Math.sin(index * 1.7 + size)) };
}
