import { emptyBucket, mergeBuckets, spanStart, type CountBucket } from '../windows/minute-bucket';

/** Lengths in milliseconds. */
export interface WindowShape {
  window: number;
  hop: number;
}

/** Start of the first hopping window that ends after a time. */
export function firstOpenWindow(at: number, { window, hop }: WindowShape): number {
  return spanStart(at - window, hop) + hop;
}

/** Everything in the buckets from a time on and before another. */
export function sumBuckets(buckets: readonly CountBucket[], start: number, end: number): CountBucket {
  let sum = emptyBucket(start);
  for (const bucket of buckets) if (bucket.start >= start && bucket.start < end) sum = mergeBuckets(sum, bucket);
  return sum;
}

/**
 * Of the windows that hold a time, the one with the most negative stories, and of those the latest.
 *
 * @param from start of the first window that is still open
 */
export function fullestWindow(buckets: readonly CountBucket[], at: number, from: number, { window, hop }: WindowShape): number {
  const last = spanStart(at, hop);
  const first = Math.max(firstOpenWindow(at, { window, hop }), from);
  let [entering, leaving, count] = [0, 0, 0];
  let [fullest, most] = [Math.min(first, last), -1];
  for (let start = Math.min(first, last); start <= last; start += hop) {
    for (; entering < buckets.length && buckets[entering].start < start + window; entering++) count += buckets[entering].stories.negative;
    for (; leaving < entering && buckets[leaving].start < start; leaving++) count -= buckets[leaving].stories.negative;
    if (count >= most) [fullest, most] = [start, count];
  }
  return fullest;
}
