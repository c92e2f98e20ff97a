import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSafetensorsFile, type FileTensor } from './safetensors-file';
import { seededNormal } from './seeded-random';
import { tinyGpt2Config, tinyGpt2Weights } from './tiny-gpt2';
import { byteLevelTokenizer, endOfTextTokenizer, wordPieceTokenizer, type TinyTokenizer } from './tiny-tokenizer';

export type TinyEncoderFamily = 'bert' | 'roberta' | 'distilbert' | 'mpnet' | 'gpt2';

export interface TinyEncoderOptions {
  family?: TinyEncoderFamily;
  hiddenSize?: number;
  layers?: number;
  attentionHeads?: number;
  intermediateSize?: number;
  /** Tokens of the longest text; the position tables of RoBERTa and MPNet have two rows more. */
  maxLength?: number;
  /** Dropout of states and attention probabilities; 0 makes training steps repeatable without a seed. */
  dropout?: number;
  /** Writes the pooler too, as base models of BERT, RoBERTa and MPNet have one. The others have none. */
  pooler?: boolean;
  /** Writes a masked-language-model head, too. */
  maskedLm?: boolean;
  /** Prefixes every name by the family's, as checkpoints saved with a head do (`bert.encoder…`). */
  prefixed?: boolean;
  seed?: number;
}

/** What was written. */
export interface TinyEncoder {
  directory: string;
  vocabularySize: number;
  /** The parameters under the names they have in the file. */
  weights: Map<string, FileTensor>;
}

export type TinyEncoderShape = Required<Omit<TinyEncoderOptions, 'seed'>>;

/** Families whose parts are BERT's under other names. */
type BertLike = Exclude<TinyEncoderFamily, 'gpt2'>;

type Shape = TinyEncoderShape & { family: BertLike };

/** Names that differ between the families; `$` stands for the layer's number. */
interface Names {
  prefix: string;
  query: string;
  key: string;
  value: string;
  attentionOutput: string;
  attentionNorm: string;
  inner: string;
  outer: string;
  outputNorm: string;
}

const bertNames: Names = {
  prefix: 'bert.',
  query: 'encoder.layer.$.attention.self.query',
  key: 'encoder.layer.$.attention.self.key',
  value: 'encoder.layer.$.attention.self.value',
  attentionOutput: 'encoder.layer.$.attention.output.dense',
  attentionNorm: 'encoder.layer.$.attention.output.LayerNorm',
  inner: 'encoder.layer.$.intermediate.dense',
  outer: 'encoder.layer.$.output.dense',
  outputNorm: 'encoder.layer.$.output.LayerNorm',
};

const names: Record<BertLike, Names> = {
  bert: bertNames,
  roberta: { ...bertNames, prefix: 'roberta.' },
  distilbert: {
    prefix: 'distilbert.',
    query: 'transformer.layer.$.attention.q_lin',
    key: 'transformer.layer.$.attention.k_lin',
    value: 'transformer.layer.$.attention.v_lin',
    attentionOutput: 'transformer.layer.$.attention.out_lin',
    attentionNorm: 'transformer.layer.$.sa_layer_norm',
    inner: 'transformer.layer.$.ffn.lin1',
    outer: 'transformer.layer.$.ffn.lin2',
    outputNorm: 'transformer.layer.$.output_layer_norm',
  },
  mpnet: {
    ...bertNames,
    prefix: 'mpnet.',
    query: 'encoder.layer.$.attention.attn.q',
    key: 'encoder.layer.$.attention.attn.k',
    value: 'encoder.layer.$.attention.attn.v',
    attentionOutput: 'encoder.layer.$.attention.attn.o',
    attentionNorm: 'encoder.layer.$.attention.LayerNorm',
  },
};

/** Where each family keeps its masked-language-model head, whose words are those of the word table. */
const maskedLmNames: Record<BertLike, { dense: string; norm: string; bias: string }> = {
  bert: { dense: 'cls.predictions.transform.dense', norm: 'cls.predictions.transform.LayerNorm', bias: 'cls.predictions.bias' },
  roberta: { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' },
  mpnet: { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias' },
  distilbert: { dense: 'vocab_transform', norm: 'vocab_layer_norm', bias: 'vocab_projector.bias' },
};

/**
 * Writes a random encoder in the Hugging Face layout (config.json, model.safetensors in F32, tokenizer files), small enough
 * for specs and loadable by Python `transformers` and transformers.js. Weights are wider than a pretrained model's initial
 * ones, and biases and norms are not trivial, so that a swapped tensor shows and a few steps of training learn something.
 */
export function createTinyEncoder(directory: string, options: TinyEncoderOptions = {}): TinyEncoder {
  const hiddenSize = options.hiddenSize ?? 32;
  const shape: TinyEncoderShape = {
    family: options.family ?? 'bert',
    hiddenSize,
    layers: options.layers ?? 2,
    attentionHeads: options.attentionHeads ?? 4,
    intermediateSize: options.intermediateSize ?? hiddenSize * 2,
    maxLength: options.maxLength ?? 64,
    dropout: options.dropout ?? 0.1,
    pooler: options.pooler ?? true,
    prefixed: options.prefixed ?? false,
    maskedLm: options.maskedLm ?? false,
  };
  const tokenizer = tokenizerOf(shape);
  const { config, weights } = contentOf(shape, tokenizer, options.seed ?? 1);
  mkdirSync(directory, { recursive: true });
  for (const [name, content] of Object.entries(tokenizer.files)) writeFileSync(join(directory, name), content);
  writeFileSync(join(directory, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
  writeSafetensorsFile(join(directory, 'model.safetensors'), weights);
  return { directory, vocabularySize: tokenizer.vocabularySize, weights };
}

function isBertLike(shape: TinyEncoderShape): shape is Shape {
  return shape.family !== 'gpt2';
}

function contentOf(
  shape: TinyEncoderShape,
  tokenizer: TinyTokenizer,
  seed: number,
): { config: Record<string, unknown>; weights: Map<string, FileTensor> } {
  if (isBertLike(shape)) return { config: configOf(shape, tokenizer), weights: randomWeights(shape, tokenizer.vocabularySize, seed) };
  return { config: tinyGpt2Config(shape, tokenizer), weights: tinyGpt2Weights(shape, tokenizer.vocabularySize, seed) };
}

function tokenizerOf({ family, maxLength }: TinyEncoderShape): TinyTokenizer {
  if (family === 'gpt2') return endOfTextTokenizer(maxLength);
  if (isRobertaLike(family)) return byteLevelTokenizer('RobertaTokenizer', maxLength);
  return wordPieceTokenizer(family === 'bert' ? 'BertTokenizer' : 'DistilBertTokenizer', maxLength, family === 'bert');
}

function configOf(shape: Shape, tokenizer: TinyTokenizer): Record<string, unknown> {
  const { family, hiddenSize, layers, attentionHeads, intermediateSize, maxLength, dropout } = shape;
  const common = { model_type: family, vocab_size: tokenizer.vocabularySize, pad_token_id: tokenizer.padTokenId, initializer_range: 0.02 };
  if (family === 'distilbert') {
    return {
      ...common,
      architectures: ['DistilBertModel'],
      dim: hiddenSize,
      n_layers: layers,
      n_heads: attentionHeads,
      hidden_dim: intermediateSize,
      max_position_embeddings: maxLength,
      activation: 'gelu',
      dropout,
      attention_dropout: dropout,
      seq_classif_dropout: dropout,
      qa_dropout: dropout,
      sinusoidal_pos_embds: false,
    };
  }
  const roberta = isRobertaLike(family);
  return {
    ...common,
    architectures: [{ bert: 'BertModel', roberta: 'RobertaModel', mpnet: 'MPNetModel' }[family]],
    hidden_size: hiddenSize,
    num_hidden_layers: layers,
    num_attention_heads: attentionHeads,
    intermediate_size: intermediateSize,
    hidden_act: 'gelu',
    hidden_dropout_prob: dropout,
    attention_probs_dropout_prob: dropout,
    max_position_embeddings: positionsOf(shape),
    ...(family !== 'mpnet' && { type_vocab_size: roberta ? 1 : 2 }),
    layer_norm_eps: roberta ? 1e-5 : 1e-12,
    ...(roberta ? { bos_token_id: 0, eos_token_id: 2 } : {}),
  };
}

function positionsOf({ family, maxLength }: Shape): number {
  return isRobertaLike(family) ? maxLength + 2 : maxLength;
}

/** Positions count from after the padding id, and the tokenizer is byte-level. */
function isRobertaLike(family: TinyEncoderFamily): boolean {
  return family === 'roberta' || family === 'mpnet';
}

/** A masked-language-model head stands beside the encoder. */
function isMaskedLm(name: string): boolean {
  return /^(cls|lm_head|vocab_)/.test(name);
}

function randomWeights(shape: Shape, vocabularySize: number, seed: number): Map<string, FileTensor> {
  const { family, hiddenSize: hidden, intermediateSize: inner } = shape;
  const normal = seededNormal(seed);
  const own = names[family];
  const weights = new Map<string, FileTensor>();
  const add = (name: string, dimensions: number[], deviation: number, mean = 0): void => {
    const values = Float32Array.from({ length: dimensions.reduce((a, b) => a * b, 1) }, () => mean + deviation * normal());
    weights.set((shape.prefixed && !isMaskedLm(name) ? own.prefix : '') + name, { shape: dimensions, values });
  };
  const dense = (name: string, out: number, input: number): void => {
    add(`${name}.weight`, [out, input], 1 / Math.sqrt(input));
    add(`${name}.bias`, [out], 0.1);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [hidden], 0.1, 1);
    add(`${name}.bias`, [hidden], 0.1);
  };
  add('embeddings.word_embeddings.weight', [vocabularySize, hidden], 1);
  add('embeddings.position_embeddings.weight', [positionsOf(shape), hidden], 0.2);
  if (family === 'bert' || family === 'roberta') add('embeddings.token_type_embeddings.weight', [family === 'bert' ? 2 : 1, hidden], 0.2);
  if (family === 'mpnet') add('encoder.relative_attention_bias.weight', [32, shape.attentionHeads], 1);
  norm('embeddings.LayerNorm');
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = (name: string): string => name.replace('$', String(layer));
    for (const name of [own.query, own.key, own.value, own.attentionOutput]) dense(at(name), hidden, hidden);
    norm(at(own.attentionNorm));
    dense(at(own.inner), inner, hidden);
    dense(at(own.outer), hidden, inner);
    norm(at(own.outputNorm));
  }
  if (shape.pooler && family !== 'distilbert') dense('pooler.dense', hidden, hidden);
  if (shape.maskedLm) {
    const head = maskedLmNames[family];
    dense(head.dense, hidden, hidden);
    norm(head.norm);
    add(head.bias, [vocabularySize], 0.1);
  }
  return weights;
}
