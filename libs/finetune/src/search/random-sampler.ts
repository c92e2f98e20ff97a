import type { Random } from '../random';
import { fromScale, searchScale, type Dimension, type Parameters, type ParameterValue } from './space';

/** Values of every dimension, each as likely as the others on its scale (Bergstra and Bengio 2012). */
export function sampleAtRandom(dimensions: readonly Dimension[], random: Random): Parameters {
  return Object.fromEntries(dimensions.map((dimension) => [dimension.path, randomValue(dimension, random)]));
}

/** A value of one dimension. */
export function randomValue(dimension: Dimension, random: Random): ParameterValue {
  if (dimension.kind === 'choice') return dimension.values[random.integer(dimension.values.length)];
  const { low, high } = searchScale(dimension);
  return fromScale(dimension, low + random.uniform() * (high - low));
}
