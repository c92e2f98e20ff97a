import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { marketDocumentSchema } from '../events/market-document';
import { sentimentLabelSchema } from '../events/sentiment';
import { storableText } from '../text';
import { pageQuerySchema } from './page';

/** Body of `POST /v1/feedback` of the sentiment monitor: what the head should have said of a text that it scored. */
export const sentimentFeedbackInputSchema = z.strictObject({
  documentId: marketDocumentSchema.shape.id,
  watchId: storableText(200).min(1).describe('The watch that the text was scored for'),
  text: z.number().int().min(0).max(99).default(0).describe("Which of the watch's `texts` in GET /v1/documents/{id}, counted from 0"),
  label: sentimentLabelSchema.describe('What is right'),
  note: storableText(2_000).trim().min(1).optional(),
});
export type SentimentFeedbackInput = z.infer<typeof sentimentFeedbackInputSchema>;

/** What a person says of a scored text. */
export const sentimentFeedbackSchema = z.object({
  id: z.string(),
  documentId: z.string(),
  watchId: z.string(),
  text: z.number().int().nonnegative().describe("Which of the watch's `texts`"),
  scoredText: z.string().describe('What was scored, without personal data'),
  entity: z.string().optional(),
  label: sentimentLabelSchema,
  documentLabel: sentimentLabelSchema.describe('What the monitor made of the whole document'),
  modelVersion: z.string(),
  givenBy: z.string(),
  note: z.string().optional(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type SentimentFeedback = z.infer<typeof sentimentFeedbackSchema>;

/** Query of `GET /v1/feedback` of the sentiment monitor, newest first. */
export const sentimentFeedbackQuerySchema = pageQuerySchema.extend({
  document: marketDocumentSchema.shape.id.optional(),
  watch: storableText(200).min(1).optional(),
});
