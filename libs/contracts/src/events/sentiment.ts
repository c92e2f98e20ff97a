import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';
import { storableText } from '../text';

export const SENTIMENT_LABELS = ['negative', 'neutral', 'positive'] as const;
export const sentimentLabelSchema = z.enum(SENTIMENT_LABELS);
export type SentimentLabel = z.infer<typeof sentimentLabelSchema>;

const probability = z.number().min(0).max(1);

/** What the head says of a text about a target. */
export const sentimentSchema = z.object({
  label: sentimentLabelSchema,
  probabilities: z.object({ negative: probability, neutral: probability, positive: probability }),
  score: z.number().min(-1).max(1).describe('P(positive) - P(negative)'),
});
export type Sentiment = z.infer<typeof sentimentSchema>;

/** One document's sentiment about one watched entity or topic. */
export const documentSentimentSchema = sentimentSchema.extend({
  documentId: storableText(),
  watchId: storableText(),
  source: storableText(),
  title: storableText().optional(),
  url: storableText().optional(),
  publishedAt: instantSchema,
  receivedAt: instantSchema.describe('When the document came to market.documents'),
  sentences: z.number().int().positive().describe('Sentences about the target that the sentiment was aggregated from'),
  topics: z.array(storableText()).describe('Topics of the text by the head'),
  fingerprint: storableText().describe('MinHash signature of the text in base64url, by which near-duplicates are linked to one story'),
  modelVersion: storableText(),
});
export type DocumentSentiment = z.infer<typeof documentSentimentSchema>;

/** On `market.sentiment`. */
export const documentSentimentEventSchema = cloudEventSchema('attune.market.sentiment', documentSentimentSchema);
export type DocumentSentimentEvent = z.infer<typeof documentSentimentEventSchema>;
