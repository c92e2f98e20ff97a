import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText, wordedText } from '../text';
import { pageQuerySchema } from './page';
import { storeNameSchema } from './training-jobs';

const MOST_ROWS = 1_000;
const label = storableText(200).trim().min(1);
const labels = z.union([label, z.array(label).min(1).max(200)]);
const name = storableText(200).trim().min(1);
const text = wordedText('must have a word', 20_000);

/** One correction: what a text should have been called. */
export const feedbackRowInputSchema = z.strictObject({
  text,
  pair: text.optional().describe('The second text, such as the company that the label is about'),
  label: labels.describe('What is right; of several labels a list. Of a head with several tasks, that of the first'),
  source: name.optional().describe('Where it comes from, such as a service; default what the request says'),
  subject: name
    .optional()
    .describe('The person whose data it is, or what stands for one, such as a conversation: by it everything can be deleted'),
  at: instantSchema.optional().describe('When it was said; default now'),
});
export type FeedbackRowInput = z.infer<typeof feedbackRowInputSchema>;

/** Body of `POST /v1/heads/{name}/feedback`. */
export const feedbackRowsInputSchema = z.strictObject({ rows: z.array(feedbackRowInputSchema).min(1).max(MOST_ROWS) });

/** Query of `POST /v1/heads/{name}/feedback/import`. */
export const feedbackImportQuerySchema = z.object({ source: name.optional().describe('Of rows that do not say theirs; default import') });

/** What became of rows that came in. */
export const feedbackReceiptSchema = z.object({
  received: z.number().int().nonnegative(),
  added: z.number().int().nonnegative(),
  duplicates: z.number().int().nonnegative().describe('Text and label were there already, whatever became of them'),
  conflicts: z.number().int().nonnegative().describe('Of the added: those whose text is there with another label'),
  refused: z
    .array(z.object({ row: z.number().int().positive(), message: z.string() }))
    .describe('The first hundred rows that could not be read'),
  refusedRows: z.number().int().nonnegative(),
});
export type FeedbackReceipt = z.infer<typeof feedbackReceiptSchema>;

export const feedbackRowStateSchema = z.enum(['pending', 'approved', 'rejected']);
export type FeedbackRowState = z.infer<typeof feedbackRowStateSchema>;

/** A correction, and what became of it. */
export const feedbackRowSchema = z.object({
  id: z.string(),
  head: z.string(),
  text: z.string(),
  pair: z.string().optional(),
  label: z.union([z.string(), z.array(z.string())]),
  state: feedbackRowStateSchema,
  origins: z
    .array(z.object({ source: z.string(), subject: z.string().optional(), at: instantSchema, receivedBy: z.string() }))
    .describe('Who said so, and where: several may have said the same'),
  conflicts: z
    .array(z.object({ id: z.string(), label: z.union([z.string(), z.array(z.string())]), state: feedbackRowStateSchema }))
    .describe('Rows that were not rejected, with the same text and another label'),
  receivedAt: instantSchema,
  decidedAt: instantSchema.optional(),
  decidedBy: z.string().optional(),
});
export type FeedbackRow = z.infer<typeof feedbackRowSchema>;

/** Query of `GET /v1/heads/{name}/feedback`, the newest first. */
export const feedbackRowsQuerySchema = pageQuerySchema.extend({
  state: feedbackRowStateSchema.optional(),
  subject: name.optional(),
});

/** Body of `POST /v1/heads/{name}/feedback/review`. */
export const feedbackReviewSchema = z.strictObject({
  ids: z.array(storableText(100).min(1)).min(1).max(MOST_ROWS),
  state: z.enum(['approved', 'rejected']),
});

/** What a review changed. */
export const feedbackReviewedSchema = z.object({ items: z.array(feedbackRowSchema) });

/** Query of `DELETE /v1/heads/{name}/feedback`. */
export const feedbackErasureQuerySchema = z.object({ subject: name.describe('Whose rows are deleted') });

/** What a deletion touched. */
export const feedbackErasureSchema = z.object({
  rows: z.number().int().nonnegative().describe('Rows that are gone; one that somebody else gave, too, stays, without this name'),
  trainingSets: z.array(z.number().int().positive()).describe('Training sets that had some of them, and have them no more'),
  versions: z
    .array(
      z.object({
        version: z.string(),
        isCurrent: z.boolean(),
        through: z.array(z.string()).describe('Versions that it went on from and that learnt from the rows; empty where it did itself'),
      }),
    )
    .describe('Versions of the model store that learnt from them: train anew what must forget them'),
});
export type FeedbackErasure = z.infer<typeof feedbackErasureSchema>;

/** A version of the training set of a head: the rows that were approved when it was made. It does not change, but for what must be deleted. */
export const trainingSetSchema = z.object({
  head: z.string(),
  number: z.number().int().positive(),
  parent: z.number().int().positive().optional(),
  rows: z.number().int().nonnegative().describe('To learn from'),
  recentRows: z.number().int().nonnegative().describe('Kept aside, to judge by'),
  added: z.number().int().nonnegative().describe('Rows that its parent does not have'),
  removed: z.number().int().nonnegative().describe('Rows of its parent that it does not have'),
  erased: z.number().int().nonnegative().describe('Rows that were deleted since for the sake of a person'),
  labels: z.record(z.string(), z.number().int()).describe('Rows of each label'),
  sha256: z.string().describe('Of the file of its rows as it was made'),
  recentSha256: z.string(),
  createdAt: instantSchema,
  createdBy: z.string(),
});
export type TrainingSet = z.infer<typeof trainingSetSchema>;

export const trainingSetPathSchema = z.object({ name: storeNameSchema, number: z.coerce.number().int().min(1).max(2_147_483_647) });
export type TrainingSetPath = z.infer<typeof trainingSetPathSchema>;

/** Query of `GET /v1/heads/{name}/training-sets`. */
export const trainingSetsQuerySchema = pageQuerySchema;

/** Query of `GET /v1/heads/{name}/training-sets/{number}/rows`. */
export const trainingSetRowsQuerySchema = z.object({ part: z.enum(['train', 'recent']).default('train') });
