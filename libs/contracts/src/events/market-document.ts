import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';
import { storableText, webAddress, wordedText } from '../text';

/** Most characters of a document's text; a longer one is refused. */
export const MAX_DOCUMENT_CHARACTERS = 100_000;

/** A news item or a post. */
export const marketDocumentSchema = z.object({
  id: z
    .string()
    .regex(/^[\w.:@/-]{1,200}$/, 'an id has 1 to 200 letters, digits and . : @ / _ -')
    .describe(
      'Unique for its source for ever: a second document with the same id and the same content is a repeat, with other content an error',
    ),
  source: storableText().min(1).max(200).describe('Who published it, such as a wire or a network'),
  publishedAt: instantSchema.describe('Event time: windows follow it'),
  title: storableText().max(1_000).optional(),
  text: wordedText('a document needs a text').max(MAX_DOCUMENT_CHARACTERS),
  url: webAddress().optional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a BCP 47 language tag')
    .optional(),
});
export type MarketDocument = z.infer<typeof marketDocumentSchema>;

/** On `market.documents`. */
export const marketDocumentEventSchema = cloudEventSchema('attune.market.document', marketDocumentSchema);
export type MarketDocumentEvent = z.infer<typeof marketDocumentEventSchema>;
