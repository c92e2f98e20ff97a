import { z } from 'zod';
import { instantSchema } from '../cloud-event';

const count = z.number().int().nonnegative();
const seconds = z.number().nonnegative();

/** What a version in shadow said of a task beside the one that serves. */
const shadowTaskSchema = z.object({
  texts: count.describe('Texts that both judged'),
  disagreements: count.describe('Of these, those that got another label'),
  pairs: z
    .array(z.object({ served: z.string(), candidate: z.string(), texts: count }))
    .describe('Which label became which, the most frequent first; empty text: no label, where a text may have none or several'),
  meanDifference: z
    .number()
    .nonnegative()
    .describe('Mean absolute difference of the probability of the label that was given; of a regression, of the number'),
});

/** A version in shadow: it scores a share of what is asked, and answers nobody. Figures are of one instance since it began there. */
export const modelShadowSchema = z.object({
  model: z.string().describe('Its name in the model store'),
  version: z.string().describe('The version in shadow'),
  against: z.string().describe('The version that serves'),
  share: z.number().positive().max(1).describe('Of the texts, those that it is to score'),
  startedAt: instantSchema,
  scored: count,
  dropped: count.describe('Texts that it was to score and did not, since the service had other things to do'),
  failed: count.describe('Texts that it failed on'),
  seconds: z.object({ served: seconds, candidate: seconds }).optional().describe('Mean time of computing a text'),
  tasks: z.record(z.string(), shadowTaskSchema),
  problem: z.string().optional().describe('Why it scores nothing; what serves is not touched'),
});
export type ModelShadow = z.infer<typeof modelShadowSchema>;
