import type { SentimentLabel } from '@attune/contracts';
import { emptyBucket, mergeBuckets, MINUTE, spanStart, type CountBucket } from './minute-bucket';

/** A story's count that moves: +1 where it was told first, -1 where it was believed to have been. */
export interface StoryDelta {
  /** Milliseconds since 1970. */
  at: number;
  label: SentimentLabel;
  delta: 1 | -1;
}

/** What one document adds to the counts. */
export interface CountedDocument {
  /** Milliseconds since 1970. */
  publishedAt: number;
  label: SentimentLabel;
  /** -1 to 1. */
  score: number;
  /** What it changes in the counts of stories. */
  deltas: readonly StoryDelta[];
}

/**
 * What documents change in a watch's buckets, to be added to the ones there are; however late the documents are.
 * Counts of stories may go down. As changes are added, neither their order nor their grouping matters.
 *
 * @param grain length of a bucket in milliseconds
 * @returns buckets in the order of their start
 */
export function bucketChanges(documents: Iterable<CountedDocument>, grain = MINUTE): CountBucket[] {
  const changes = new Map<number, CountBucket>();
  const add = (at: number, change: CountBucket): void => {
    const start = spanStart(at, grain);
    changes.set(start, mergeBuckets(changes.get(start) ?? emptyBucket(start), change));
  };
  for (const { publishedAt, label, score, deltas } of documents) {
    const counted = emptyBucket(0);
    counted.documents[label] = 1;
    counted.scoreSum = score;
    add(publishedAt, counted);
    for (const { at, label: told, delta } of deltas) {
      const moved = emptyBucket(0);
      moved.stories[told] = delta;
      add(at, moved);
    }
  }
  return [...changes.values()].sort((a, b) => a.start - b.start);
}

/** Buckets with changes of the same grain added to them, in the order of their start. */
export function applyChanges(buckets: readonly CountBucket[], changes: readonly CountBucket[]): CountBucket[] {
  const merged = new Map(buckets.map((bucket) => [bucket.start, bucket]));
  for (const change of changes) {
    const there = merged.get(change.start);
    merged.set(change.start, there === undefined ? change : mergeBuckets(there, change));
  }
  return [...merged.values()].sort((a, b) => a.start - b.start);
}
