import { z } from 'zod';
import { wordedText } from '../text';
import { MAX_MESSAGE_CHARACTERS } from './conversations';
import { EXPLAINS_TOO_MANY, explainsFew, nearestRowsSchema, tokenInfluenceSchema } from './explanation';

const probability = z.number().min(0).max(1);

/** Body of `POST /v1/understanding`. */
export const understandingRequestSchema = z
  .strictObject({
    texts: z.array(wordedText('a text must not be empty').max(MAX_MESSAGE_CHARACTERS)).min(1).max(100),
    explain: z
      .boolean()
      .default(false)
      .describe('Tell the words of each text that mattered most, and the rows that the head learnt from, near it; of at most 4 texts'),
  })
  .refine(explainsFew, EXPLAINS_TOO_MANY);

/** What the head says of texts. */
export const understandingResponseSchema = z.object({
  modelVersion: z.string(),
  results: z.array(
    z.object({
      intent: z.string().describe('Label of the head that is the likeliest'),
      probability,
      likeliest: z.array(z.object({ intent: z.string(), probability })).describe('At most 5 labels, the likeliest first'),
      outOfScope: probability.describe('That the text is about nothing the service is for'),
      anger: probability.optional().describe('That its writer is angry, where the head has a say in it'),
      explanation: z.array(tokenInfluenceSchema).optional().describe('With explain: the words that mattered most to the likeliest label'),
      trainingRows: nearestRowsSchema.optional().describe('With explain: rows that the head learnt from, near the text'),
    }),
  ),
});
