import { z } from 'zod';
import { classCountsSchema, type ClassCounts } from '@attune/contracts';

/** Milliseconds of a minute, the finest grain that counts are kept in. */
export const MINUTE = 60_000;

/** What was published about a watch from `start` on, for a minute or, down-sampled, for longer. Buckets without documents need not exist. */
export const countBucketSchema = z.object({
  start: z.number().int().describe('Milliseconds since 1970, a multiple of the grain'),
  documents: classCountsSchema,
  stories: classCountsSchema,
  scoreSum: z.number().describe('Sum of the documents’ scores'),
});
export type CountBucket = z.infer<typeof countBucketSchema>;

/** A bucket with nothing in it. */
export function emptyBucket(start: number): CountBucket {
  return { start, documents: emptyCounts(), stories: emptyCounts(), scoreSum: 0 };
}

/** No document of any class. */
export function emptyCounts(): ClassCounts {
  return { negative: 0, neutral: 0, positive: 0 };
}

/** Beginning of the span of that many milliseconds that a time lies in; spans are counted from 1970. */
export function spanStart(at: number, length: number): number {
  return Math.floor(at / length) * length;
}

/** Both buckets in one that starts where the first does. */
export function mergeBuckets(one: CountBucket, other: CountBucket): CountBucket {
  return {
    start: one.start,
    documents: addCounts(one.documents, other.documents),
    stories: addCounts(one.stories, other.stories),
    scoreSum: one.scoreSum + other.scoreSum,
  };
}

/** Documents or stories of any class. */
export function totalOf({ negative, neutral, positive }: ClassCounts): number {
  return negative + neutral + positive;
}

function addCounts(one: ClassCounts, other: ClassCounts): ClassCounts {
  return {
    negative: one.negative + other.negative,
    neutral: one.neutral + other.neutral,
    positive: one.positive + other.positive,
  };
}
