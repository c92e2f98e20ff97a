/** Name of the table `[buckets, heads]` of what distances between tokens add to attention scores. */
export const RELATIVE_BIAS = 'encoder.relative_attention_bias.weight';

/** Distance from which all share the last bucket of their direction. */
const FARTHEST = 128;

/**
 * The bucket of a distance between two tokens (Raffel et al. 2020, as MPNet has it): half of the buckets for keys behind the query, the
 * other for those before it; of each half the first half are single distances, and the others grow with the distance's logarithm.
 *
 * @param distance place of the key less that of the query
 */
export function relativeBucket(distance: number, buckets: number): number {
  const ofDirection = buckets / 2;
  const single = ofDirection / 2;
  const first = distance > 0 ? ofDirection : 0;
  const size = Math.abs(distance);
  if (size < single) return first + size;
  const growth = Math.log(size / single) / Math.log(FARTHEST / single);
  return first + Math.min(ofDirection - 1, single + Math.floor(growth * (ofDirection - single)));
}
