import { emptyBucket, mergeBuckets, MINUTE, spanStart, type CountBucket } from './minute-bucket';

export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How long counts are kept in which grain: by the minute for two days, by the hour for two months, then by the day. */
export const RETENTION: readonly { grain: number; until: number }[] = [
  { grain: MINUTE, until: 2 * DAY },
  { grain: HOUR, until: 62 * DAY },
  { grain: DAY, until: Infinity },
];

/**
 * Buckets of a coarser grain with the same counts in them.
 *
 * @param grain milliseconds, a multiple of the present grain
 */
export function downSample(buckets: Iterable<CountBucket>, grain: number): CountBucket[] {
  const coarse = new Map<number, CountBucket>();
  for (const bucket of buckets) {
    const start = spanStart(bucket.start, grain);
    coarse.set(start, mergeBuckets(coarse.get(start) ?? emptyBucket(start), bucket));
  }
  return [...coarse.values()].sort((a, b) => a.start - b.start);
}

/**
 * The grain that a time's counts are kept in.
 *
 * @param at milliseconds since 1970
 * @param now milliseconds since 1970
 * @returns milliseconds
 */
export function grainOf(at: number, now: number): number {
  // A whole day changes its grain at once, so that no coarse bucket holds half of what it says.
  const age = now - (spanStart(at, DAY) + DAY);
  return RETENTION.find(({ until }) => age <= until)?.grain ?? DAY;
}
