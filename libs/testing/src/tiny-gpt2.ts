import type { FileTensor } from './safetensors-file';
import { seededNormal } from './seeded-random';
import type { TinyEncoderShape } from './tiny-encoder';
import type { TinyTokenizer } from './tiny-tokenizer';

/** config.json of a tiny GPT-2; as published ones, it names no padding. */
export function tinyGpt2Config(shape: TinyEncoderShape, { vocabularySize, padTokenId }: TinyTokenizer): Record<string, unknown> {
  const { hiddenSize, layers, attentionHeads, intermediateSize, maxLength, dropout } = shape;
  return {
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    vocab_size: vocabularySize,
    n_embd: hiddenSize,
    n_layer: layers,
    n_head: attentionHeads,
    n_inner: intermediateSize,
    n_positions: maxLength,
    activation_function: 'gelu_new',
    resid_pdrop: dropout,
    embd_pdrop: dropout,
    attn_pdrop: dropout,
    layer_norm_epsilon: 1e-5,
    bos_token_id: padTokenId,
    eos_token_id: padTokenId,
    initializer_range: 0.02,
  };
}

/** Random weights under GPT-2's names; those of its `Conv1D` layers are `[in, out]`. */
export function tinyGpt2Weights(shape: TinyEncoderShape, vocabularySize: number, seed: number): Map<string, FileTensor> {
  const { hiddenSize: hidden, intermediateSize: inner, layers, maxLength, prefixed } = shape;
  const normal = seededNormal(seed);
  const weights = new Map<string, FileTensor>();
  const add = (name: string, dimensions: number[], deviation: number, mean = 0): void => {
    const values = Float32Array.from({ length: dimensions.reduce((a, b) => a * b, 1) }, () => mean + deviation * normal());
    weights.set((prefixed ? 'transformer.' : '') + name, { shape: dimensions, values });
  };
  const dense = (name: string, input: number, out: number): void => {
    add(`${name}.weight`, [input, out], 1 / Math.sqrt(input));
    add(`${name}.bias`, [out], 0.1);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [hidden], 0.1, 1);
    add(`${name}.bias`, [hidden], 0.1);
  };
  add('wte.weight', [vocabularySize, hidden], 1);
  add('wpe.weight', [maxLength, hidden], 0.2);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    dense(`h.${layer}.attn.c_attn`, hidden, 3 * hidden);
    dense(`h.${layer}.attn.c_proj`, hidden, hidden);
    norm(`h.${layer}.ln_2`);
    dense(`h.${layer}.mlp.c_fc`, hidden, inner);
    dense(`h.${layer}.mlp.c_proj`, inner, hidden);
  }
  norm('ln_f');
  return weights;
}
