import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText } from '../text';
import { pageQuerySchema } from './page';

export const RATINGS = ['helpful', 'unhelpful'] as const;
export const FEEDBACK_STATES = ['recorded', 'proposed', 'approved', 'rejected'] as const;
export const FEEDBACK_USES = ['phrasing', 'entry', 'training-row'] as const;

const id = storableText(100).min(1);
const label = storableText(100).trim().min(1);

/** What would have been right. */
const correctionSchema = z
  .strictObject({
    entryId: id.optional().describe('The entry that answers the question'),
    answer: storableText(10_000).trim().min(1).optional().describe('What should have been said, where no entry says it'),
    intent: label.optional().describe('The label that the message should have got'),
  })
  .refine((correction) => Object.keys(correction).length > 0, 'a correction says what would have been right');

/** Body of `POST /v1/feedback`: what a customer or an agent thinks of a reply. */
export const feedbackInputSchema = z.strictObject({
  messageId: id.describe('Of the reply'),
  rating: z.enum(RATINGS),
  correction: correctionSchema.optional(),
  note: storableText(2_000).trim().min(1).optional(),
});
export type FeedbackInput = z.infer<typeof feedbackInputSchema>;

export const feedbackSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  question: z.string().describe('What was asked, without personal data'),
  rating: z.enum(RATINGS),
  correction: correctionSchema.optional(),
  note: z.string().optional(),
  state: z.enum(FEEDBACK_STATES).describe('proposed: its correction waits for approval'),
  use: z.enum(FEEDBACK_USES).optional().describe('What became of it'),
  entryId: z.string().optional().describe('The entry that was changed or added'),
  createdAt: instantSchema,
  decidedAt: instantSchema.optional(),
});
export type Feedback = z.infer<typeof feedbackSchema>;

/** Query of `GET /v1/feedback`, newest first. */
export const feedbackQuerySchema = pageQuerySchema.extend({
  state: z.enum(FEEDBACK_STATES).optional(),
  rating: z.enum(RATINGS).optional(),
});

/** Body of `POST /v1/feedback/{id}/approve`. What it leaves out is taken from the correction. */
export const feedbackApprovalSchema = z.strictObject({
  use: z
    .enum(FEEDBACK_USES)
    .describe(
      'phrasing: the question becomes a phrasing of the entry. entry: question and answer become an entry. training-row: the question with its label is kept for training',
    ),
  question: storableText(1_000).trim().min(1).optional().describe('The question in better words; the default is the masked message'),
  entryId: id.optional(),
  answer: storableText(10_000).trim().min(1).optional(),
  intent: label.optional(),
});
export type FeedbackApproval = z.infer<typeof feedbackApprovalSchema>;

/** A text with its label, as `attune train` reads it, and as the trainer takes corrections in. */
export const trainingRowSchema = z.object({
  text: z.string(),
  pair: z.string().optional().describe('The second text of a head that reads two, such as the company that the label is about'),
  label: z.string(),
  subject: z.string().describe('The conversation, or the document: by it the trainer deletes what it has of it'),
  at: instantSchema.describe('When it was approved, or said'),
});
export type TrainingRow = z.infer<typeof trainingRowSchema>;
