import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { storableText, wordedText } from '../text';

const name = wordedText('must not be blank').trim().min(1).max(200);
const names = z.array(name).max(100);

/** How negative opinion about a watch is judged. */
export const alertRulesSchema = z.strictObject({
  windowMinutes: z.number().int().min(1).max(1_440).default(5),
  hopMinutes: z.number().int().min(1).max(1_440).default(1).describe('A window starts so often; it divides windowMinutes'),
  sensitivity: z.number().min(0).max(1).default(0.5).describe('0 alerts rarely, 1 soon'),
  minimumStories: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe('Negative stories in the window, or in a longer span that surprises more, below which nothing alerts'),
  minimumNegativeShare: z.number().min(0).max(1).default(0.3),
  coolDownMinutes: z.number().int().min(0).max(10_080).default(30).describe('After an alert resolved, none opens for so long'),
});
export type AlertRules = z.infer<typeof alertRulesSchema>;

/** An entity: a company, a person, a product. */
const entityTarget = z.strictObject({
  kind: z.literal('entity'),
  names: names.min(1).describe('Its names; the first is the one the head is asked about'),
  aliases: names.default([]).describe('Other spellings; ones that are ordinary words count only near other evidence'),
  tickers: z
    .array(z.string().regex(/^[A-Za-z0-9]{1,8}([.-][A-Za-z0-9]{1,4})?$/, 'a ticker such as BRK.B'))
    .max(20)
    .default([]),
  patterns: z
    .array(storableText().min(1).max(500))
    .max(20)
    .default([])
    .describe('Regular expressions in RE2 syntax, matched in linear time'),
  excludes: names.default([]).describe('Phrases beside which the name means something else, such as "apple pie"'),
});

/** A topic that the head knows, or keywords and a description matched by meaning. */
const topicTarget = z.strictObject({
  kind: z.literal('topic'),
  topic: name.optional().describe('A label of the head'),
  keywords: names.default([]),
  description: storableText().max(1_000).optional().describe('Matched by meaning through the encoder'),
  threshold: z.number().min(0).max(1).default(0.5).describe('Probability of the label, or cosine to the description'),
});

export const watchTargetSchema = z.discriminatedUnion('kind', [entityTarget, topicTarget]);
export type WatchTarget = z.infer<typeof watchTargetSchema>;
export type EntityTarget = z.infer<typeof entityTarget>;
export type TopicTarget = z.infer<typeof topicTarget>;

const topicNeedsSomething = (body: { target?: WatchTarget | undefined }): boolean =>
  body.target?.kind !== 'topic' ||
  body.target.topic !== undefined ||
  body.target.keywords.length > 0 ||
  body.target.description !== undefined;
const hopDivides = (body: { rules?: AlertRules | undefined }): boolean =>
  body.rules === undefined || body.rules.windowMinutes % body.rules.hopMinutes === 0;
const TOPIC_NEEDS = { path: ['target'], message: 'a topic needs a label of the head, keywords or a description' };
const HOP_DIVIDES = { path: ['rules', 'hopMinutes'], message: 'hopMinutes must divide windowMinutes' };

const watchBody = z.strictObject({
  name,
  target: watchTargetSchema,
  rules: alertRulesSchema.prefault({}),
  enabled: z.boolean().default(true),
});

/** Body of `POST /v1/watches` and `PUT /v1/watches/{id}`. */
export const watchInputSchema = watchBody.refine(topicNeedsSomething, TOPIC_NEEDS).refine(hopDivides, HOP_DIVIDES);
export type WatchInput = z.infer<typeof watchInputSchema>;

export const watchSchema = watchBody.extend({
  id: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  mutedUntil: instantSchema.optional(),
});
export type Watch = z.infer<typeof watchSchema>;
