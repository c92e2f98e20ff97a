import { encoderParameterShapes, type EncoderConfig, type NamedTensor } from '@attune/artifact';
import type { Random } from '../random';

/** Standard deviation of new weights, as in BERT. */
export const DEVIATION = 0.02;

/** Weights of an encoder that knows nothing: normal numbers; norms that change nothing, biases of 0, and the padding's vector of 0. */
export function newEncoderWeights(config: EncoderConfig, random: Random): Map<string, NamedTensor> {
  const weights = new Map([...encoderParameterShapes(config)].map(([name, shape]) => [name, newTensor(name, shape, random)]));
  const { hiddenSize, padTokenId } = config;
  weights.get('embeddings.word_embeddings.weight')?.values.fill(0, padTokenId * hiddenSize, (padTokenId + 1) * hiddenSize);
  return weights;
}

/**
 * A masked-language-model head that knows of each token how often it stands in the texts, and nothing else: its bias is the logarithm of
 * the share, with 1 added to every count. Steps as small as an encoder bears would take long to bring the bias there.
 *
 * @param counts of every token
 */
export function newMaskedLmHead({ hiddenSize: hidden }: EncoderConfig, counts: Float64Array, random: Random): Map<string, NamedTensor> {
  const total = counts.reduce((sum, count) => sum + count + 1, 0);
  const shapes: [string, number[]][] = [
    ['mlm.dense.weight', [hidden, hidden]],
    ['mlm.dense.bias', [hidden]],
    ['mlm.LayerNorm.weight', [hidden]],
    ['mlm.LayerNorm.bias', [hidden]],
  ];
  const weights = new Map(shapes.map(([name, shape]) => [name, newTensor(name, shape, random)]));
  return weights.set('mlm.bias', { shape: [counts.length], values: Float32Array.from(counts, (count) => Math.log((count + 1) / total)) });
}

/** New numbers of a parameter: what its name says it is. */
function newTensor(name: string, shape: number[], random: Random): NamedTensor {
  const length = shape.reduce((product, extent) => product * extent, 1);
  const isNorm = name.endsWith('LayerNorm.weight');
  const isBias = name.endsWith('bias');
  return { shape, values: Float32Array.from({ length }, () => (isNorm ? 1 : isBias ? 0 : DEVIATION * random.normal())) };
}
