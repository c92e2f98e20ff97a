import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText, webAddress } from '../text';
import { localeSchema } from './knowledge';
import { MAX_SEQUENCE } from './conversations';
import { pageQuerySchema } from './page';

/** Most bytes of an uploaded document. */
export const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;

/** What a document may be. */
export const DOCUMENT_MEDIA_TYPES = ['text/markdown', 'text/html', 'application/pdf', 'text/plain'] as const;
export type DocumentMediaType = (typeof DOCUMENT_MEDIA_TYPES)[number];

const tag = storableText(100).trim().min(1);
const title = storableText(300)
  .trim()
  .min(1)
  .regex(/[\p{L}\p{N}]/u, 'a title needs a word');
/** Tags as a query carries them. */
const tagList = storableText(2_000)
  .default('')
  .transform((text) => [...new Set(text.split(',').map((each) => each.trim()))].filter((each) => each !== ''))
  .pipe(z.array(tag).max(50))
  .describe('Separated by commas');

/** Query of `POST /v1/documents` and `PUT /v1/documents/{id}`, whose body is the document itself. */
export const documentInputSchema = z
  .object({
    title: title.optional().describe('Without it, the one that the document names itself by: its title, or its first heading'),
    locale: localeSchema.optional().describe('Only for conversations in this language; for all without it'),
    tags: tagList,
    url: webAddress().optional().describe('Where customers can read it; told with answers that are composed of it'),
    validFrom: instantSchema.optional(),
    validUntil: instantSchema.optional().describe('Exclusive'),
  })
  .refine(
    ({ validFrom, validUntil }) => validFrom === undefined || validUntil === undefined || Date.parse(validFrom) < Date.parse(validUntil),
    { path: ['validUntil'], message: 'validUntil must be after validFrom' },
  );
export type DocumentInput = z.infer<typeof documentInputSchema>;

/** A document of which answers are composed. */
export const knowledgeDocumentSchema = z.object({
  id: z.string(),
  title: z.string(),
  locale: z.string().optional(),
  tags: z.array(z.string()),
  url: z.string().optional(),
  validFrom: instantSchema.optional(),
  validUntil: instantSchema.optional(),
  mediaType: z.enum(DOCUMENT_MEDIA_TYPES),
  bytes: z.number().int().nonnegative(),
  passages: z.number().int().nonnegative().describe('Passages that it was split into'),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type KnowledgeDocument = z.infer<typeof knowledgeDocumentSchema>;

/** Query of `GET /v1/documents`. */
export const knowledgeDocumentsQuerySchema = pageQuerySchema.extend({ tag: tag.optional(), locale: localeSchema.optional() });

/** A part of a document that is found by itself. */
export const passageSchema = z.object({
  position: z.number().int().positive().describe('Place in the document, from 1'),
  headings: z.array(z.string()).describe('Of the sections around it, the outermost first'),
  text: z.string(),
});
export type Passage = z.infer<typeof passageSchema>;

/** Query of `GET /v1/documents/{id}/passages`. */
export const passagesQuerySchema = z.object({
  after: z.coerce.number().int().nonnegative().max(MAX_SEQUENCE).default(0).describe('Only passages after this place in the document'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const probability = z.number().min(0).max(1);

/** What a search in the documents found, best first. */
export const passageSearchResponseSchema = z.object({
  modelVersion: z.string(),
  threshold: probability.describe('Probability from which on an answer is composed of passages'),
  results: z.array(
    passageSchema.extend({
      documentId: z.string(),
      title: z.string(),
      url: z.string().optional(),
      probability: probability.describe('That it answers the question'),
      dense: z.number().describe('How near its vector is: 0 for a chance text, 1 for the same'),
      lexical: z.number().describe('Share of what was asked that its words cover, by BM25'),
    }),
  ),
});
export type PassageSearchResponse = z.infer<typeof passageSearchResponseSchema>;
