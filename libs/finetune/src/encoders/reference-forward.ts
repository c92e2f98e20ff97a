import { lastTokens, type EncoderConfig, type HeadShape, type Pooling } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { Batch } from '../data/example';
import type { TensorFlowModule } from '../native/tensorflow';
import { encoderFamily } from './families';
import { referenceBlock, scoreBias } from './reference-blocks';
import { dense, layerNorm, referenceActivation, type Dropout, type Parameters } from './reference-operations';

export { referenceActivation, type Dropout, type Parameters } from './reference-operations';

type Tensor = TensorFlow.Tensor;

/** The part of a batch that the forward pass reads. */
export type EncoderInput = Pick<Batch, 'rows' | 'tokens' | 'inputIds' | 'attentionMask' | 'tokenTypeIds' | 'gaps' | 'promptTokens'>;

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
    const context = { tf, config, parameters, bias: scoreBias(tf, config, parameters, batch), dropout, branch };
    const embedded = embed(tf, config, parameters, batch, options);
    let states = dropout(config.causal ? embedded : norm(embedded, 'embeddings.LayerNorm'), config.hiddenDropout, 'embeddings');
    for (let layer = 0; layer < config.layers; layer++) states = referenceBlock(context, states, `encoder.layer.${layer}`);
    if (config.causal) states = norm(states, 'encoder.LayerNorm');
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

/** `[rows, in]` → `[rows, out]` with a weight `[out, in]` and no bias. */
function project(tf: TensorFlowModule, states: Tensor, weight: Tensor): TensorFlow.Tensor2D {
  return tf.matMul(states as TensorFlow.Tensor2D, weight as TensorFlow.Tensor2D, false, true);
}

/**
 * The scores of the words that follow places of a causal encoder, in plain tfjs operations: the word table on the state.
 *
 * @param hidden `[batch, tokens, hidden]`
 * @param places row × tokens + token
 * @returns `[places, words]`; the caller disposes of it.
 */
export function referenceCausalLm(
  tf: TensorFlowModule,
  parameters: Parameters,
  hidden: TensorFlow.Tensor3D,
  places: Int32Array,
): TensorFlow.Tensor2D {
  return tf.tidy(() => {
    const states = tf.gather(hidden.reshape([-1, hidden.shape[2]]), tf.tensor1d(places, 'int32'));
    return project(tf, states, parameters('embeddings.word_embeddings.weight'));
  });
}

/** How a head runs: dropout's rate, and the begin of its parameters' names, by default `head`. */
export interface HeadForwardOptions extends ForwardOptions {
  rate?: number;
  prefix?: string;
}

/** What a head reads of the states, `[batch, hidden]`. */
function pool(tf: TensorFlowModule, config: EncoderConfig, pooling: Pooling, hidden: TensorFlow.Tensor3D, batch: EncoderInput): Tensor {
  const [rows, tokens, width] = hidden.shape;
  const at = (places: Int32Array): Tensor => tf.gather(hidden.reshape([-1, width]), tf.tensor1d(places, 'int32'));
  if (pooling === 'cloze') return at(batch.gaps ?? new Int32Array(0));
  if (pooling === 'pooler' && config.causal) return at(lastTokens(batch, config.padTokenId));
  if (pooling === 'pooler' || pooling === 'cls') return hidden.slice([0, 0, 0], [rows, 1, width]).reshape([rows, width]);
  const { promptTokens = 0, attentionMask } = batch;
  // A soft prompt's states are none of the text's.
  const isText = Float32Array.from(attentionMask, (real, place) => (place % tokens < promptTokens ? 0 : real));
  const mask = pooling === 'pair' ? maskOfPair(tf, isText, batch, rows) : tf.tensor3d(isText, [rows, tokens, 1]);
  const mean = hidden.mul(mask).sum(1).div(mask.sum(1));
  return pooling === 'embedding' ? mean.div(mean.square().sum(1, true).sqrt()) : mean;
}

/** `[rows, tokens, 1]`: the second text of a pair, and all of a text alone. */
function maskOfPair(tf: TensorFlowModule, isText: Float32Array, { tokenTypeIds }: EncoderInput, rows: number): Tensor {
  const text = tf.tensor2d(isText, [rows, isText.length / rows]);
  if (tokenTypeIds === undefined) return text.expandDims(2);
  const second = text.mul(tf.tensor2d(tokenTypeIds, [rows, isText.length / rows], 'float32'));
  const isAlone = tf.scalar(1).sub(second.max(1, true));
  return second.add(text.mul(isAlone)).expandDims(2);
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
    const pooled = pool(tf, config, pooling, hidden, batch);
    if (cloze) return predictionTransform(tf, { ...config, activation: cloze.activation }, parameters, pooled, prefix);
    if (pooling !== 'pooler' || config.causal) return pooled;
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
    const dropped = dropout(states, rate, `${prefix}.output`);
    if (config.causal && head.pooling === 'pooler') return project(tf, dropped, parameters(`${prefix}.output.weight`));
    return dense(tf, dropped, parameters, `${prefix}.output`) as TensorFlow.Tensor2D;
  });
}
