import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { marketDocumentSchema } from '../events/market-document';
import { sentimentLabelSchema, sentimentSchema } from '../events/sentiment';
import { wordedText } from '../text';
import { EXPLAINS_TOO_MANY, explainsFew, nearestRowsSchema, tokenInfluenceSchema } from './explanation';

export const MAX_DOCUMENTS_PER_REQUEST = 500;

/** Body of `POST /v1/documents`: one document, or a batch. */
export const documentsInputSchema = z.union([
  marketDocumentSchema,
  z.object({ documents: z.array(marketDocumentSchema).min(1).max(MAX_DOCUMENTS_PER_REQUEST) }),
]);

/** Answer to an intake: what was published to `market.documents`. Scoring follows. */
export const documentsAcceptedSchema = z.object({
  accepted: z.number().int().nonnegative(),
  refused: z.array(z.object({ index: z.number().int().nonnegative(), id: z.string().optional(), message: z.string() })),
});
export type DocumentsAccepted = z.infer<typeof documentsAcceptedSchema>;

/** A line of the answer to an upload. */
export const uploadProgressSchema = documentsAcceptedSchema.extend({
  accepted: z.number().int().nonnegative().describe('So far'),
  refusals: z.number().int().nonnegative().describe('So far'),
  refused: documentsAcceptedSchema.shape.refused.describe('Since the line before; after 1,000 they are only counted'),
  done: z.boolean().describe('The upload is complete, and this is the last line'),
  error: z.string().optional().describe('Why it broke off; what was accepted stays'),
});
export type UploadProgress = z.infer<typeof uploadProgressSchema>;

/** How a document was scored. */
export const scoredDocumentSchema = marketDocumentSchema.extend({
  receivedAt: instantSchema,
  scoredAt: instantSchema,
  modelVersion: z.string(),
  topics: z.array(z.string()),
  sentiments: z.array(
    sentimentSchema.extend({
      watchId: z.string(),
      storyId: z.string().optional().describe('Id of the document that told the story first'),
      explanation: z.array(tokenInfluenceSchema).optional().describe('With ?explain=true: the tokens that mattered most'),
      texts: z
        .array(
          z.object({
            text: z.string(),
            entity: z.string().optional().describe('Whom it was scored about'),
            correctedTo: sentimentLabelSchema.optional().describe('What a person said is right: POST /v1/feedback'),
          }),
        )
        .describe('What was scored for the watch: the sentences that name it, or the whole text'),
      trainingRows: nearestRowsSchema.optional().describe('With ?explain=true: rows that the head learnt from, near what was scored'),
      scoredText: z.string().optional().describe('With ?explain=true: what was scored of the document, in which start and end count'),
    }),
  ),
});
export type ScoredDocument = z.infer<typeof scoredDocumentSchema>;

/** Body of `POST /v1/sentiment`. */
export const sentimentRequestSchema = z
  .strictObject({
    texts: z
      .array(
        z.strictObject({
          text: wordedText('a text must not be empty').max(20_000),
          entity: wordedText('an entity must not be blank')
            .trim()
            .min(1)
            .max(200)
            .optional()
            .describe('Whom the sentiment is about; the whole text without it'),
        }),
      )
      .min(1)
      .max(100),
    explain: z.boolean().default(false).describe('Tell the tokens of each text that mattered most; of at most 4 texts'),
  })
  .refine(explainsFew, EXPLAINS_TOO_MANY);
export const sentimentResponseSchema = z.object({
  modelVersion: z.string(),
  results: z.array(
    sentimentSchema.extend({
      topics: z.array(z.string()),
      explanation: z.array(tokenInfluenceSchema).optional().describe('With explain: the tokens that mattered most'),
      trainingRows: nearestRowsSchema.optional().describe('With explain: rows that the head learnt from, near the text'),
    }),
  ),
});
