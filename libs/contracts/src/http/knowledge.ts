import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { pageQuerySchema } from './page';
import { storableText } from '../text';

/** A BCP 47 language tag. */
export const localeSchema = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a BCP 47 language tag such as en or zh-CN');

const sentence = storableText(1_000)
  .trim()
  .min(1)
  .regex(/[\p{L}\p{N}]/u, 'a question needs a word');
const name = storableText(100).trim().min(1);

/** What a slot holds, which says how it is recognised. */
export const SLOT_TYPES = ['order-number', 'email', 'phone', 'date', 'amount', 'number', 'choice', 'text'] as const;

/** A value that an answer needs: recognised in what the customer wrote, or asked for. */
export const slotSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'a name in camel case such as orderNumber'),
    type: z.enum(SLOT_TYPES),
    ask: storableText(500).trim().min(1).optional().describe('How the customer is asked for it; a general question without it'),
    required: z.boolean().default(true).describe('Asked for where it is missing; an optional one is left empty'),
    choices: z.array(name).min(1).max(1_000).optional().describe('The values of a slot of type choice, such as products'),
  })
  .refine(({ type, choices }) => (type === 'choice') === (choices !== undefined), {
    path: ['choices'],
    message: 'a slot of type choice has choices, and no other has',
  });
export type Slot = z.infer<typeof slotSchema>;

const entryBody = z.strictObject({
  question: sentence,
  phrasings: z.array(sentence).max(200).default([]).describe('Other ways to ask the same'),
  answer: storableText(10_000)
    .trim()
    .min(1)
    .describe('A template: {{name}} is a value of a slot or of the action, {{#name}}…{{/name}} is left out where there is none'),
  intent: name.optional().describe('The label of the head that a question of this kind gets'),
  tags: z.array(name).max(50).default([]),
  locale: localeSchema.optional().describe('Only for conversations in this language; for all without it'),
  validFrom: instantSchema.optional(),
  validUntil: instantSchema.optional().describe('Exclusive'),
  slots: z.array(slotSchema).max(20).default([]),
  action: name.optional().describe('A configured action that fetches values for the answer'),
});

const order = ({ validFrom, validUntil }: { validFrom?: string | undefined; validUntil?: string | undefined }): boolean =>
  validFrom === undefined || validUntil === undefined || Date.parse(validFrom) < Date.parse(validUntil);
const distinct = ({ slots }: { slots: readonly Slot[] }): boolean => new Set(slots.map((slot) => slot.name)).size === slots.length;

/** Body of `POST /v1/knowledge` and `PUT /v1/knowledge/{id}`. */
export const entryInputSchema = entryBody
  .refine(order, { path: ['validUntil'], message: 'validUntil must be after validFrom' })
  .refine(distinct, { path: ['slots'], message: 'names of slots must differ' });
export type EntryInput = z.infer<typeof entryInputSchema>;

/** A question that the service can answer. */
export const entrySchema = entryBody.extend({ id: z.string(), createdAt: instantSchema, updatedAt: instantSchema });
export type Entry = z.infer<typeof entrySchema>;

/** Query of `GET /v1/knowledge`. */
export const entriesQuerySchema = pageQuerySchema.extend({
  tag: name.optional(),
  intent: name.optional(),
  locale: localeSchema.optional(),
});

/** Query of `GET /v1/knowledge/search`. */
export const searchQuerySchema = z.object({
  text: storableText(2_000).trim().min(1),
  locale: localeSchema.optional(),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});

/** What a search found, best first. */
export const searchResponseSchema = z.object({
  modelVersion: z.string(),
  results: z.array(
    z.object({
      entryId: z.string(),
      question: z.string(),
      probability: z.number().min(0).max(1).describe('That it answers the question'),
      dense: z.number().optional().describe('Cosine of its nearest phrasing'),
      lexical: z.number().optional().describe('BM25 of its nearest phrasing'),
    }),
  ),
});
export type SearchResponse = z.infer<typeof searchResponseSchema>;
