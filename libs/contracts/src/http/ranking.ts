import { z } from 'zod';
import { instantSchema } from '../cloud-event';

const share = z.number().min(0).max(1);
const metrics = z.object({
  questions: z.number().int().nonnegative(),
  precisionAt1: share,
  meanReciprocalRank: share,
  ndcgAt5: share,
});

/** How answers are chosen with the version that serves, and how well, on questions that were held out. */
export const rankingStatusSchema = z.object({
  modelVersion: z.string(),
  texts: z.number().int().nonnegative().describe('Texts that entries are found by'),
  learntAt: instantSchema.optional().describe('Absent where the knowledge is too small to learn from: defaults serve'),
  thresholds: z.object({
    answer: share.describe('Probability from which on an entry is the answer'),
    clarify: share.describe('Probability of the close candidates together from which on the customer is asked which is meant'),
  }),
  report: z
    .object({
      ranking: z.enum(['learnt', 'dense', 'lexical']),
      learnt: metrics,
      dense: metrics,
      lexical: metrics,
      calibrationError: share,
      precision: share.describe('Of the questions answered, those answered rightly'),
      coverage: share.describe('Of all questions, those answered'),
    })
    .optional(),
});
export type RankingStatus = z.infer<typeof rankingStatusSchema>;
