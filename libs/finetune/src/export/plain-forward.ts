import { AttuneError, RELATIVE_BIAS, relativeBucket, type EncoderConfig, type NamedTensor } from '@attune/artifact';
import type { EncodedExample } from '../data/example';

type Weights = ReadonlyMap<string, NamedTensor>;

/** One tokenised text. */
export type PlainInput = Pick<EncodedExample, 'inputIds' | 'tokenTypeIds'>;

/**
 * An encoder's last hidden states of one text without padding (a soft prompt's among them, before the text's), in double precision and plain JavaScript. Slow; it is what exported
 * embeddings are checked against, independent of ONNX and of TensorFlow, which an export does not need.
 *
 * @returns `[(prompt's tokens + tokens) × hidden]`
 */
export function plainStates(config: EncoderConfig, weights: Weights, input: PlainInput): Float64Array {
  let states = embed(config, weights, input);
  const tokens = states.length / config.hiddenSize;
  const block = config.causal ? preNormBlock : postNormBlock;
  for (let layer = 0; layer < config.layers; layer++) states = block(config, weights, `encoder.layer.${layer}`, states, tokens);
  return config.causal ? layerNorm(config, weights, 'encoder.LayerNorm', states) : states;
}

/**
 * The normalised mean of the states of one text (see `plainStates`).
 *
 * @returns `[hidden]`, Euclidean length 1
 */
export function plainEmbedding(config: EncoderConfig, weights: Weights, input: PlainInput): Float64Array {
  const { hiddenSize: hidden } = config;
  const sum = new Float64Array(hidden);
  const ofText = plainStates(config, weights, input).subarray((config.additions?.promptTokens ?? 0) * hidden);
  ofText.forEach((value, i) => (sum[i % hidden] += value));
  const length = Math.sqrt(sum.reduce((squares, value) => squares + value * value, 0));
  return sum.map((value) => value / length);
}

function valuesOf(weights: Weights, name: string): Float32Array {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new AttuneError('bad-model', `The parameter ${name} is missing.`);
  return tensor.values;
}

function embed(
  config: EncoderConfig,
  weights: Weights,
  { inputIds, tokenTypeIds }: Pick<EncodedExample, 'inputIds' | 'tokenTypeIds'>,
): Float64Array {
  const { hiddenSize: hidden } = config;
  const words = valuesOf(weights, 'embeddings.word_embeddings.weight');
  const positions = valuesOf(weights, 'embeddings.position_embeddings.weight');
  const types = config.tokenTypes > 0 ? valuesOf(weights, 'embeddings.token_type_embeddings.weight') : undefined;
  const ahead = config.additions?.promptTokens ?? 0;
  const prompt = ahead === 0 ? undefined : valuesOf(weights, 'prompt.embeddings');
  const states = new Float64Array((ahead + inputIds.length) * hidden);
  for (let token = 0; token < ahead + inputIds.length; token++) {
    const [table, row] = token < ahead && prompt ? [prompt, token] : [words, inputIds[token - ahead]];
    const type = token < ahead ? 0 : (tokenTypeIds?.[token - ahead] ?? 0);
    for (let i = 0; i < hidden; i++) {
      states[token * hidden + i] =
        table[row * hidden + i] + positions[(token + config.positionOffset) * hidden + i] + (types?.[type * hidden + i] ?? 0);
    }
  }
  return config.causal ? states : layerNorm(config, weights, 'embeddings.LayerNorm', states);
}

/** One pre-norm transformer block (Radford et al. 2019). */
function preNormBlock(config: EncoderConfig, weights: Weights, prefix: string, states: Float64Array, tokens: number): Float64Array {
  const read = layerNorm(config, weights, `${prefix}.attention.LayerNorm`, states);
  const context = attention(config, weights, `${prefix}.attention.self`, read, tokens);
  const middle = sum(states, dense(weights, `${prefix}.attention.output.dense`, context, tokens));
  const normal = layerNorm(config, weights, `${prefix}.intermediate.LayerNorm`, middle);
  const inner = dense(weights, `${prefix}.intermediate.dense`, normal, tokens).map((value) => activate(config.activation, value));
  return sum(middle, dense(weights, `${prefix}.output.dense`, inner, tokens));
}

/** One post-norm transformer block (Vaswani et al. 2017). */
function postNormBlock(config: EncoderConfig, weights: Weights, prefix: string, states: Float64Array, tokens: number): Float64Array {
  const context = attention(config, weights, `${prefix}.attention.self`, states, tokens);
  const attended = branch(config, weights, `${prefix}.attention.output`, context, tokens);
  const middle = layerNorm(config, weights, `${prefix}.attention.output.LayerNorm`, sum(attended, states));
  const inner = dense(weights, `${prefix}.intermediate.dense`, middle, tokens).map((value) => activate(config.activation, value));
  const outer = branch(config, weights, `${prefix}.output`, inner, tokens);
  return layerNorm(config, weights, `${prefix}.output.LayerNorm`, sum(outer, middle));
}

/** The dense layer at the end of a branch, and the bottleneck adapter after it where there is one. */
function branch(config: EncoderConfig, weights: Weights, name: string, input: Float64Array, tokens: number): Float64Array {
  const output = dense(weights, `${name}.dense`, input, tokens);
  const bottleneck = config.additions?.bottleneck;
  if (bottleneck === undefined) return output;
  const lowered = dense(weights, `${name}.adapter.down`, output, tokens).map((value) => activate(bottleneck.activation, value));
  return sum(output, dense(weights, `${name}.adapter.up`, lowered, tokens));
}

function attention(config: EncoderConfig, weights: Weights, prefix: string, states: Float64Array, tokens: number): Float64Array {
  const { hiddenSize: hidden, attentionHeads } = config;
  const [query, key, value] = config.causal
    ? columnThirds(dense(weights, `${prefix}.c_attn`, states, tokens), hidden)
    : ['query', 'key', 'value'].map((part) => dense(weights, `${prefix}.${part}`, states, tokens));
  const width = hidden / attentionHeads;
  const context = new Float64Array(tokens * hidden);
  const bias = scoreBias(config, weights);
  for (let head = 0; head < attentionHeads; head++) {
    for (let from = 0; from < tokens; from++) {
      const scores = Float64Array.from({ length: tokens }, (_, to) => {
        let score = 0;
        for (let i = head * width; i < (head + 1) * width; i++) score += query[from * hidden + i] * key[to * hidden + i];
        return score / Math.sqrt(width) + bias(from, to, head);
      });
      const largest = Math.max(...scores);
      const exponentials = scores.map((score) => Math.exp(score - largest));
      const total = exponentials.reduce((a, b) => a + b, 0);
      for (let to = 0; to < tokens; to++) {
        for (let i = head * width; i < (head + 1) * width; i++)
          context[from * hidden + i] += (exponentials[to] / total) * value[to * hidden + i];
      }
    }
  }
  return context;
}

/** Rows of `3 × width` values as three matrices of rows of `width`. */
function columnThirds(values: Float64Array, width: number): Float64Array[] {
  return [0, 1, 2].map((part) =>
    Float64Array.from({ length: values.length / 3 }, (_, at) => values[(3 * Math.floor(at / width) + part) * width + (at % width)]),
  );
}

/** What is added to the score of a key for a query. */
function scoreBias(
  { causal, relativeBuckets, attentionHeads }: EncoderConfig,
  weights: Weights,
): (from: number, to: number, head: number) => number {
  if (causal) return (from, to) => (to > from ? -Infinity : 0);
  if (relativeBuckets === undefined) return () => 0;
  const table = valuesOf(weights, RELATIVE_BIAS);
  return (from, to, head) => table[relativeBucket(to - from, relativeBuckets) * attentionHeads + head];
}

/** `[rows, in]` → `[rows, out]`. */
function dense(weights: Weights, name: string, input: Float64Array, rows: number): Float64Array {
  const weight = valuesOf(weights, `${name}.weight`);
  const bias = valuesOf(weights, `${name}.bias`);
  const width = input.length / rows;
  const output = new Float64Array(rows * bias.length);
  for (let row = 0; row < rows; row++) {
    for (let out = 0; out < bias.length; out++) {
      let total = bias[out];
      for (let i = 0; i < width; i++) total += input[row * width + i] * weight[out * width + i];
      output[row * bias.length + out] = total;
    }
  }
  return output;
}

function layerNorm(config: EncoderConfig, weights: Weights, name: string, states: Float64Array): Float64Array {
  const { hiddenSize: hidden, layerNormEpsilon } = config;
  const weight = valuesOf(weights, `${name}.weight`);
  const bias = valuesOf(weights, `${name}.bias`);
  const output = new Float64Array(states.length);
  for (let start = 0; start < states.length; start += hidden) {
    const row = states.subarray(start, start + hidden);
    const mean = row.reduce((a, b) => a + b, 0) / hidden;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / hidden;
    row.forEach((value, i) => (output[start + i] = ((value - mean) / Math.sqrt(variance + layerNormEpsilon)) * weight[i] + bias[i]));
  }
  return output;
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}

/** GELU (Hendrycks and Gimpel 2016), exact or by its tanh approximation, or ReLU. */
function activate(activation: EncoderConfig['activation'], x: number): number {
  if (activation === 'relu') return Math.max(0, x);
  const inner = activation === 'gelu' ? erf(x * Math.SQRT1_2) : Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
  return 0.5 * x * (1 + inner);
}

/** The error function, to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - polynomial * Math.exp(-x * x));
}
