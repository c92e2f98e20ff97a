import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText } from '../text';

export const gapSchema = z.object({
  id: z.string().describe('Of its first question'),
  question: z.string().describe('The question nearest to all of them, without personal data'),
  asked: z.number().int().positive(),
  examples: z.array(z.string()).describe('Some of its questions, without personal data'),
  firstAskedAt: instantSchema,
  lastAskedAt: instantSchema,
});
export type Gap = z.infer<typeof gapSchema>;

/** Query of `GET /v1/gaps`: most asked first. */
export const gapsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  locale: storableText(40).optional(),
});

/** Body of `POST /v1/gaps/{id}/close`. */
export const gapCloseSchema = z.strictObject({
  entryId: storableText(100)
    .min(1)
    .optional()
    .describe('The entry that now answers it; its questions become phrasings. Without it they are dismissed'),
});
