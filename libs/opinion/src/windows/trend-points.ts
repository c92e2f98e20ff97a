import type { WindowAggregate } from '@attune/contracts';
import { AttuneError } from '@attune/artifact';
import { emptyBucket, mergeBuckets, MINUTE, spanStart, totalOf, type CountBucket } from './minute-bucket';

/** Points that one answer holds at most. */
const MOST_POINTS = 20_000;

/** A bucket as the aggregate of a window that ends then. */
export function aggregateOf(bucket: CountBucket, end: number): WindowAggregate {
  const documents = totalOf(bucket.documents);
  return {
    start: new Date(bucket.start).toISOString(),
    end: new Date(end).toISOString(),
    documents: bucket.documents,
    stories: bucket.stories,
    // Sums of scores round; a mean of nothing but -1 must not come out below it.
    meanScore: documents === 0 ? null : Math.max(-1, Math.min(1, bucket.scoreSum / documents)),
  };
}

/**
 * A watch's counts as a series without holes: a point a step, also where nothing was published.
 *
 * A bucket counts to the step that its start lies in, so a step finer than the grain that old counts are kept in shows
 * them at the grain's start.
 *
 * @param from milliseconds since 1970; the first point is the step that it lies in, counted from 1970
 * @param to milliseconds since 1970, exclusive
 * @param step milliseconds, a multiple of a minute
 * @throws AttuneError `wrong-use` for another step, and for more than 20,000 points
 */
export function trendPoints(buckets: Iterable<CountBucket>, from: number, to: number, step: number): WindowAggregate[] {
  if (!(step >= MINUTE) || step % MINUTE !== 0) {
    throw new AttuneError('wrong-use', `A step of ${step / 1_000} seconds is not a number of minutes.`, {
      remedy: 'Give a multiple of 60 seconds.',
    });
  }
  const first = spanStart(from, step);
  const count = Math.max(0, Math.ceil((to - first) / step));
  if (count > MOST_POINTS) {
    throw new AttuneError('wrong-use', `That would be ${count} points; ${MOST_POINTS} is the most.`, { remedy: 'Give a longer step.' });
  }
  const points = Array.from({ length: count }, (_, index) => emptyBucket(first + index * step));
  for (const bucket of buckets) {
    const index = (spanStart(bucket.start, step) - first) / step;
    if (index >= 0 && index < count) points[index] = mergeBuckets(points[index], bucket);
  }
  return points.map((point) => aggregateOf(point, point.start + step));
}
