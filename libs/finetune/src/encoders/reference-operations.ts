import type { EncoderConfig } from '@attune/artifact';
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { TensorFlowModule } from '../native/tensorflow';

type Tensor = TensorFlow.Tensor;

/** Gives a parameter by its name in memory. */
export type Parameters = (name: string) => Tensor;

/**
 * Applies dropout where training asks for it: zeroes a share `rate` of the values and scales the rest by 1 / (1 - rate).
 * `place` names the spot (`embeddings`, `encoder.layer.0.attention.probabilities`, `encoder.layer.0.attention.output`,
 * `encoder.layer.0.output`, `head.dense`, `head.output`), so that two implementations can be given the same masks.
 */
export type Dropout = (states: Tensor, rate: number, place: string) => Tensor;

/** x → y over the last axis, with weights `[out, in]`. */
export function dense(tf: TensorFlowModule, states: Tensor, parameters: Parameters, name: string): Tensor {
  const weight = parameters(`${name}.weight`) as TensorFlow.Tensor2D;
  const inputs = states.reshape([-1, weight.shape[1]]);
  const outputs = tf.matMul(inputs, weight, false, true).add(parameters(`${name}.bias`));
  return outputs.reshape([...states.shape.slice(0, -1), weight.shape[0]]);
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export function layerNorm(tf: TensorFlowModule, states: Tensor, parameters: Parameters, name: string, epsilon: number): Tensor {
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
