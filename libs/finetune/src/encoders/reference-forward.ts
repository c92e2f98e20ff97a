import { RELATIVE_BIAS, type EncoderConfig, type HeadShape, type Pooling } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { Batch } from '../data/example';
import { bucketsOfDistances } from '../layers/score-bias';
import type { TensorFlowModule } from '../native/tensorflow';
import { encoderFamily } from './families';

type Tensor = TensorFlow.Tensor;

/** Gives a parameter by its name in memory. */
export type Parameters = (name: string) => Tensor;

/** The part of a batch that the forward pass reads. */
export type EncoderInput = Pick<Batch, 'rows' | 'tokens' | 'inputIds' | 'attentionMask' | 'tokenTypeIds' | 'gaps' | 'promptTokens'>;

/**
 * Applies dropout where training asks for it: zeroes a share `rate` of the values and scales the rest by 1 / (1 - rate).
 * `place` names the spot (`embeddings`, `encoder.layer.0.attention.probabilities`, `encoder.layer.0.attention.output`,
 * `encoder.layer.0.output`, `head.dense`, `head.output`), so that two implementations can be given the same masks.
 */
export type Dropout = (states: Tensor, rate: number, place: string) => Tensor;

export interface ForwardOptions {
  /** None when absent, as in evaluation. */
  dropout?: Dropout;
  /** Vectors `[batch × tokens, hidden]` in place of those that the word table has for the tokens. */
  wordVectors?: Tensor | undefined;
}

/** What tuners put into an encoder. */
export interface EncoderForwardOptions extends ForwardOptions {
  /** Changes the output of a block's branch (`encoder.layer.0.attention.output`, `encoder.layer.0.output`) before it joins the residual. */
  branch?: (states: Tensor, place: string) => Tensor;
  /** A soft prompt `[promptTokens, hidden]`, at the places that the batch has for it. */
  prompt?: TensorFlow.Tensor2D;
}

/** Added to the score of a padding key, so that its attention is 0 in float32. */
const MASKED = -1e9;

/** x → y over the last axis, with weights `[out, in]`. */
function dense(tf: TensorFlowModule, states: Tensor, parameters: Parameters, name: string): Tensor {
  const weight = parameters(`${name}.weight`) as TensorFlow.Tensor2D;
  const inputs = states.reshape([-1, weight.shape[1]]);
  const outputs = tf.matMul(inputs, weight, false, true).add(parameters(`${name}.bias`));
  return outputs.reshape([...states.shape.slice(0, -1), weight.shape[0]]);
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
function layerNorm(tf: TensorFlowModule, states: Tensor, parameters: Parameters, name: string, epsilon: number): Tensor {
  const { mean, variance } = tf.moments(states, -1, true);
  const normalized = states.sub(mean).mul(variance.add(epsilon).rsqrt());
  return normalized.mul(parameters(`${name}.weight`)).add(parameters(`${name}.bias`));
}

/** GELU (Hendrycks and Gimpel 2016), exact or by its tanh approximation, or ReLU. */
export function referenceActivation(tf: TensorFlowModule, x: Tensor, activation: EncoderConfig['activation']): Tensor {
  if (activation === 'relu') return tf.relu(x);
  const inner =
    activation === 'gelu' ? tf.erf(x.mul(Math.SQRT1_2)) : tf.tanh(x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)));
  return x.mul(inner.add(1)).mul(0.5);
}

/**
 * Position ids `[batch × tokens]`. In the RoBERTa family real tokens count from the padding id + 1 and padding keeps the padding
 * id; in the others every column has its own position.
 */
export function positionIds(config: EncoderConfig, batch: EncoderInput): Int32Array {
  const ids = new Int32Array(batch.rows * batch.tokens);
  for (let row = 0; row < batch.rows; row++) {
    let seen = 0;
    for (let token = 0; token < batch.tokens; token++) {
      const at = row * batch.tokens + token;
      if (config.positionOffset === 0) ids[at] = token;
      else if (batch.attentionMask[at] === 1) ids[at] = config.positionOffset + seen++;
      else ids[at] = config.padTokenId;
    }
  }
  return ids;
}

function embed(
  tf: TensorFlowModule,
  config: EncoderConfig,
  parameters: Parameters,
  batch: EncoderInput,
  { wordVectors, prompt }: Pick<EncoderForwardOptions, 'wordVectors' | 'prompt'>,
): Tensor {
  const { rows, tokens, promptTokens = 0 } = batch;
  const { hiddenSize: hidden } = config;
  const look = (table: string, ids: Int32Array): Tensor =>
    tf.gather(parameters(`embeddings.${table}_embeddings.weight`), tf.tensor1d(ids, 'int32'));
  let words = wordVectors ?? look('word', batch.inputIds);
  if (prompt) {
    const ofText = words.reshape([rows, tokens, hidden]).slice([0, promptTokens, 0], [rows, tokens - promptTokens, hidden]);
    words = tf.concat([prompt.expandDims(0).tile([rows, 1, 1]), ofText], 1).reshape([rows * tokens, hidden]);
  }
  let states = words.add(look('position', positionIds(config, batch)));
  if (config.tokenTypes > 0) states = states.add(look('token_type', batch.tokenTypeIds ?? new Int32Array(batch.inputIds.length)));
  return states.reshape([rows, tokens, hidden]);
}

/** What is added to the attention scores of every block, `[batch, 1 or heads, 1 or tokens, tokens]`. */
function scoreBias(tf: TensorFlowModule, config: EncoderConfig, parameters: Parameters, batch: EncoderInput): Tensor {
  const { rows, tokens } = batch;
  const mask = tf.tensor4d(Float32Array.from(batch.attentionMask), [rows, 1, 1, tokens]);
  const padding = tf.sub(1, mask).mul(MASKED);
  if (config.relativeBuckets === undefined) return padding;
  const buckets = tf.tensor1d(bucketsOfDistances(tokens, config.relativeBuckets), 'int32');
  const ofDistances = tf.gather(parameters(RELATIVE_BIAS), buckets).transpose().reshape([1, config.attentionHeads, tokens, tokens]);
  return padding.add(ofDistances);
}

/** Scaled dot-product attention of several heads (Vaswani et al. 2017). */
function selfAttention(
  tf: TensorFlowModule,
  config: EncoderConfig,
  parameters: Parameters,
  states: Tensor,
  bias: Tensor,
  prefix: string,
  dropout: Dropout,
): Tensor {
  const [rows, tokens] = states.shape;
  const width = config.hiddenSize / config.attentionHeads;
  const heads = (part: string): Tensor =>
    dense(tf, states, parameters, `${prefix}.self.${part}`).reshape([rows, tokens, config.attentionHeads, width]).transpose([0, 2, 1, 3]);
  const scores = tf.matMul(heads('query'), heads('key'), false, true).mul(1 / Math.sqrt(width));
  const probabilities = dropout(tf.softmax(scores.add(bias)), config.attentionDropout, `${prefix}.probabilities`);
  return tf.matMul(probabilities, heads('value')).transpose([0, 2, 1, 3]).reshape([rows, tokens, config.hiddenSize]);
}

/**
 * The encoder's forward pass in plain tfjs operations, for every family, differentiable by `tf.variableGrads`. It is the
 * reference that faster implementations are tested against, and what trains a family that has none.
 *
 * @param parameters By the names of `encoderParameterShapes`; a tuner may answer with a tensor computed from its own variables.
 * @returns Last hidden states, `[batch, tokens, hidden]`; the caller disposes of them.
 */
export function referenceEncoder(
  tf: TensorFlowModule,
  config: EncoderConfig,
  parameters: Parameters,
  batch: EncoderInput,
  options: EncoderForwardOptions = {},
): TensorFlow.Tensor3D {
  const { dropout = (states): Tensor => states, branch = (states): Tensor => states } = options;
  return tf.tidy(() => {
    const norm = (states: Tensor, name: string): Tensor => layerNorm(tf, states, parameters, name, config.layerNormEpsilon);
    const bias = scoreBias(tf, config, parameters, batch);
    let states = dropout(norm(embed(tf, config, parameters, batch, options), 'embeddings.LayerNorm'), config.hiddenDropout, 'embeddings');
    for (let layer = 0; layer < config.layers; layer++) {
      const prefix = `encoder.layer.${layer}`;
      const context = selfAttention(tf, config, parameters, states, bias, `${prefix}.attention`, dropout);
      const attended = dense(tf, context, parameters, `${prefix}.attention.output.dense`);
      const first = branch(dropout(attended, config.hiddenDropout, `${prefix}.attention.output`), `${prefix}.attention.output`);
      states = norm(states.add(first), `${prefix}.attention.output.LayerNorm`);
      const inner = referenceActivation(tf, dense(tf, states, parameters, `${prefix}.intermediate.dense`), config.activation);
      const outer = dense(tf, inner, parameters, `${prefix}.output.dense`);
      const second = branch(dropout(outer, config.hiddenDropout, `${prefix}.output`), `${prefix}.output`);
      states = norm(states.add(second), `${prefix}.output.LayerNorm`);
    }
    return states as TensorFlow.Tensor3D;
  });
}

/** What a masked-language-model head does before its words: dense layer, activation, layer normalisation. */
function predictionTransform(
  tf: TensorFlowModule,
  config: Pick<EncoderConfig, 'activation' | 'layerNormEpsilon'>,
  parameters: Parameters,
  states: Tensor,
  prefix: string,
): Tensor {
  const activated = referenceActivation(tf, dense(tf, states, parameters, `${prefix}.dense`), config.activation);
  return layerNorm(tf, activated, parameters, `${prefix}.LayerNorm`, config.layerNormEpsilon);
}

/**
 * The scores of words at places, in plain tfjs operations: the transform of a masked-language-model head, then the word table and a bias.
 *
 * @param hidden `[batch, tokens, hidden]`
 * @param places row × tokens + token, and the name of the table that scores the words
 * @returns `[places, words]`; the caller disposes of it.
 */
export function referenceMaskedLm(
  tf: TensorFlowModule,
  config: Pick<EncoderConfig, 'activation' | 'hiddenSize' | 'layerNormEpsilon'>,
  parameters: Parameters,
  hidden: TensorFlow.Tensor3D,
  { places, words }: { places: Int32Array; words: string },
): TensorFlow.Tensor2D {
  return tf.tidy(() => {
    const states = tf.gather(hidden.reshape([-1, config.hiddenSize]), tf.tensor1d(places, 'int32'));
    const transformed = predictionTransform(tf, config, parameters, states, 'mlm');
    return tf
      .matMul(transformed as TensorFlow.Tensor2D, parameters(words) as TensorFlow.Tensor2D, false, true)
      .add(parameters('mlm.bias')) as TensorFlow.Tensor2D;
  });
}

/** How a head runs: dropout's rate, and the begin of its parameters' names, by default `head`. */
export interface HeadForwardOptions extends ForwardOptions {
  rate?: number;
  prefix?: string;
}

/** What a head reads of the states, `[batch, hidden]`. */
function pool(tf: TensorFlowModule, pooling: Pooling, hidden: TensorFlow.Tensor3D, batch: EncoderInput): Tensor {
  const [rows, tokens, width] = hidden.shape;
  if (pooling === 'cloze') return tf.gather(hidden.reshape([-1, width]), tf.tensor1d(batch.gaps ?? new Int32Array(0), 'int32'));
  if (pooling === 'pooler' || pooling === 'cls') return hidden.slice([0, 0, 0], [rows, 1, width]).reshape([rows, width]);
  const { promptTokens = 0, attentionMask } = batch;
  // A soft prompt's states are none of the text's.
  const isText = Float32Array.from(attentionMask, (real, place) => (place % tokens < promptTokens ? 0 : real));
  const mask = tf.tensor3d(isText, [rows, tokens, 1]);
  const mean = hidden.mul(mask).sum(1).div(mask.sum(1));
  return pooling === 'mean' ? mean : mean.div(mean.square().sum(1, true).sqrt());
}

/**
 * What the output layer reads, in plain tfjs operations; see `Pooling` for its forms.
 *
 * @param hidden `[batch, tokens, hidden]`
 * @param options.rate Dropout rate before the pooler's dense layer, in the RoBERTa family.
 * @returns `[batch, hidden]`; the caller disposes of it.
 */
export function referencePooling(
  tf: TensorFlowModule,
  config: EncoderConfig,
  head: Pick<HeadShape, 'pooling' | 'cloze'>,
  parameters: Parameters,
  hidden: TensorFlow.Tensor3D,
  batch: EncoderInput,
  options: HeadForwardOptions = {},
): Tensor {
  const { pooling, cloze } = head;
  const { dropout = (states): Tensor => states, rate = 0, prefix = 'head' } = options;
  const { headActivation, dropoutBeforePooler } = encoderFamily(config.family);
  return tf.tidy(() => {
    const pooled = pool(tf, pooling, hidden, batch);
    if (cloze) return predictionTransform(tf, { ...config, activation: cloze.activation }, parameters, pooled, prefix);
    if (pooling !== 'pooler') return pooled;
    const states = dropoutBeforePooler ? dropout(pooled, rate, `${prefix}.dense`) : pooled;
    const projected = dense(tf, states, parameters, `${prefix}.dense`);
    return headActivation === 'tanh' ? tf.tanh(projected) : tf.relu(projected);
  });
}

/**
 * The head's forward pass in plain tfjs operations; see `Pooling` for its forms.
 *
 * @param hidden `[batch, tokens, hidden]`
 * @param options.rate Dropout rate before the output, and in the RoBERTa family also before the pooler's dense layer.
 * @returns Logits `[batch, outputs]`; the caller disposes of them.
 */
export function referenceHead(
  tf: TensorFlowModule,
  config: EncoderConfig,
  head: Pick<HeadShape, 'pooling' | 'cloze'>,
  parameters: Parameters,
  hidden: TensorFlow.Tensor3D,
  batch: EncoderInput,
  options: HeadForwardOptions = {},
): TensorFlow.Tensor2D {
  const { dropout = (states): Tensor => states, rate = 0, prefix = 'head' } = options;
  return tf.tidy(() => {
    const states = referencePooling(tf, config, head, parameters, hidden, batch, options);
    return dense(tf, dropout(states, rate, `${prefix}.output`), parameters, `${prefix}.output`) as TensorFlow.Tensor2D;
  });
}
