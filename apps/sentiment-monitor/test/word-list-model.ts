import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  ModelStore,
  sha256OfFile,
  textNormalizationSchema,
  type EncoderConfig,
  type Manifest,
  type NamedTensor,
} from '@attune/artifact';
import { buildEncoderModel, quantizeDynamic } from '@attune/onnx';
import { createTinyEncoder } from '@attune/testing';

/** Words that decide, and the state that each class has of its own. */
const NEGATIVE = ['loss', 'failed', 'broken', 'bad', 'problem', 'damaged', 'rejected', 'terrible'];
const POSITIVE = ['profit', 'growth', 'good', 'excellent', 'perfect'];
const LABELS = ['negative', 'neutral', 'positive'];
const HIDDEN = 32;

/**
 * Puts a sentiment head into a model store, and promotes it, whose answers are known: a text with a word of the one list is
 * negative, with one of the other positive. It is a real encoder with hand-set weights, in the same files as any other.
 */
export async function writeWordListModel(models: string, version = '1', labels = LABELS): Promise<void> {
  const directory = join(models, `source-${version}`);
  const { weights: parameters, vocabularySize } = createTinyEncoder(directory, { hiddenSize: HIDDEN, layers: 1, maxLength: 64 });
  const vocabulary = await readVocabulary(directory);
  const weights = new Map<string, NamedTensor>([...parameters].map(([name, { shape }]) => [name, constant(name, shape)]));
  const words = weights.get('embeddings.word_embeddings.weight')?.values ?? new Float32Array();
  for (const word of NEGATIVE) words[(vocabulary[word] ?? 0) * HIDDEN] = 1;
  for (const word of POSITIVE) words[(vocabulary[word] ?? 0) * HIDDEN + 1] = 1;
  const output = new Float32Array(labels.length * HIDDEN);
  output[0] = 20;
  output[(labels.length - 1) * HIDDEN + 1] = 20;
  weights.set('head.output.weight', { shape: [labels.length, HIDDEN], values: output });
  weights.set('head.output.bias', { shape: [labels.length], values: Float32Array.from(labels, (_, i) => (i === 1 ? 2 : 0)) });
  const config = await encoderConfig(directory, vocabularySize);
  const fp32 = buildEncoderModel({
    config,
    weights,
    head: { shape: { task: 'classification', pooling: 'mean', labels }, activation: 'tanh' },
    outputs: ['logits', 'embedding'],
  });
  await mkdir(join(directory, 'onnx'));
  await writeFile(join(directory, 'onnx/model.onnx'), fp32);
  await writeFile(join(directory, 'onnx/model_quantized.onnx'), quantizeDynamic(fp32));
  await writeFile(join(directory, MANIFEST_FILE), JSON.stringify(await manifest(directory, config, labels)));
  const store = new ModelStore(models);
  await store.add('sentiment-monitor', version, directory);
  await store.promote('sentiment-monitor', version);
}

/** Norms that change nothing; everything else is 0, so that a token's state stays what its word says. */
function constant(name: string, shape: readonly number[]): NamedTensor {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return { shape: [...shape], values: new Float32Array(size).fill(/norm\.weight$/i.test(name) ? 1 : 0) };
}

async function readVocabulary(directory: string): Promise<Record<string, number>> {
  const { model } = JSON.parse(await readFile(join(directory, 'tokenizer.json'), 'utf8')) as { model: { vocab: Record<string, number> } };
  return model.vocab;
}

async function manifest(
  directory: string,
  { family, hiddenSize, tokenTypes, padTokenId }: EncoderConfig,
  labels: string[],
): Promise<Manifest> {
  const files: Manifest['files'] = {};
  for (const path of ['tokenizer.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx']) {
    const file = join(directory, path);
    files[path] = { sha256: await sha256OfFile(file), bytes: (await stat(file)).size };
  }
  return {
    schemaVersion: 1,
    createdBy: 'a spec',
    tasks: [
      {
        name: 'sentiment',
        type: 'classification',
        pooling: 'mean',
        labels,
        output: 'logits',
        calibration: { temperature: 1 },
        metrics: {},
      },
    ],
    embedding: { output: 'embedding', dimension: hiddenSize, pooling: 'mean', normalized: true },
    encoder: { id: 'tiny', hash: 'tiny', family, hiddenSize, tokenTypes, padTokenId },
    maxLength: 48,
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
    layerNormEpsilon: 1e-6,
    activation: 'gelu',
    hiddenDropout: 0,
    attentionDropout: 0,
    padTokenId: json.pad_token_id,
  };
}
