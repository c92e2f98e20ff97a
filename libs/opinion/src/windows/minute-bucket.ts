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
