import { RELATIVE_BIAS, type EncoderConfig } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { bucketsOfDistances, causalMask } from '../layers/score-bias';
import type { TensorFlowModule } from '../native/tensorflow';
import { dense, layerNorm, referenceActivation, type Dropout, type Parameters } from './reference-operations';

type Tensor = TensorFlow.Tensor;

/** Added to the score of a padding key, so that its attention is 0 in float32. */
const MASKED = -1e9;

/** What is added to the attention scores of every block, `[batch, 1 or heads, 1 or tokens, tokens]`. */
export function scoreBias(
  tf: TensorFlowModule,
  config: EncoderConfig,
  parameters: Parameters,
  batch: { rows: number; tokens: number; attentionMask: Int32Array },
): Tensor {
  const { rows, tokens } = batch;
  const mask = tf.tensor4d(Float32Array.from(batch.attentionMask), [rows, 1, 1, tokens]);
  const padding = tf.sub(1, mask).mul(MASKED);
  if (config.causal) return padding.add(tf.tensor4d(causalMask(tokens), [1, 1, tokens, tokens]));
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
  const heads = (projected: Tensor): Tensor => projected.reshape([rows, tokens, config.attentionHeads, width]).transpose([0, 2, 1, 3]);
  const projection = (part: string): Tensor => dense(tf, states, parameters, `${prefix}.self.${part}`);
  const parts = config.causal ? tf.split(projection('c_attn'), 3, 2) : ['query', 'key', 'value'].map(projection);
  const [query, key, value] = parts.map(heads);
  const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(width));
  const probabilities = dropout(tf.softmax(scores.add(bias)), config.attentionDropout, `${prefix}.probabilities`);
  return tf.matMul(probabilities, value).transpose([0, 2, 1, 3]).reshape([rows, tokens, config.hiddenSize]);
}

/** What blocks are given beside the states that flow through them. */
export interface BlockContext {
  tf: TensorFlowModule;
  config: EncoderConfig;
  parameters: Parameters;
  /** See `scoreBias`. */
  bias: Tensor;
  dropout: Dropout;
  /** Changes the output of a branch before it joins the residual. */
  branch: (states: Tensor, place: string) => Tensor;
}

/** One block of an encoder, `[batch, tokens, hidden]` → the same. */
export function referenceBlock(context: BlockContext, states: Tensor, prefix: string): Tensor {
  return context.config.causal ? preNormBlock(context, states, prefix) : postNormBlock(context, states, prefix);
}

/** `norm(x + branch(x))` twice (Vaswani et al. 2017). */
function postNormBlock(context: BlockContext, states: Tensor, prefix: string): Tensor {
  const { tf, config, parameters } = context;
  const norm = (sum: Tensor, name: string): Tensor => layerNorm(tf, sum, parameters, name, config.layerNormEpsilon);
  const middle = norm(states.add(attentionBranch(context, states, prefix)), `${prefix}.attention.output.LayerNorm`);
  return norm(middle.add(feedForwardBranch(context, middle, prefix)), `${prefix}.output.LayerNorm`);
}

/** `x + branch(norm(x))` twice (Radford et al. 2019). */
function preNormBlock(context: BlockContext, states: Tensor, prefix: string): Tensor {
  const { tf, config, parameters } = context;
  const norm = (values: Tensor, name: string): Tensor => layerNorm(tf, values, parameters, name, config.layerNormEpsilon);
  const middle = states.add(attentionBranch(context, norm(states, `${prefix}.attention.LayerNorm`), prefix));
  return middle.add(feedForwardBranch(context, norm(middle, `${prefix}.intermediate.LayerNorm`), prefix));
}

function attentionBranch({ tf, config, parameters, bias, dropout, branch }: BlockContext, states: Tensor, prefix: string): Tensor {
  const context = selfAttention(tf, config, parameters, states, bias, `${prefix}.attention`, dropout);
  const attended = dense(tf, context, parameters, `${prefix}.attention.output.dense`);
  const place = `${prefix}.attention.output`;
  return branch(dropout(attended, config.hiddenDropout, place), place);
}

function feedForwardBranch({ tf, config, parameters, dropout, branch }: BlockContext, states: Tensor, prefix: string): Tensor {
  const inner = referenceActivation(tf, dense(tf, states, parameters, `${prefix}.intermediate.dense`), config.activation);
  const place = `${prefix}.output`;
  return branch(dropout(dense(tf, inner, parameters, `${prefix}.output.dense`), config.hiddenDropout, place), place);
}
