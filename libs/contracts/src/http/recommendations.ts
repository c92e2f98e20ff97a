import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { catalogIdSchema, MAX_ITEM_CHARACTERS } from '../events/catalog-item';
import { storableText } from '../text';

const name = storableText(100).trim().min(1);
const share = z.number().min(0).max(1);

/** Attributes that an item must have: one of these values, or a number in a range. */
const attributeFilter = z.union([
  name,
  z.boolean(),
  z.array(name).min(1).max(50),
  z.strictObject({ from: z.number().optional(), to: z.number().optional() }),
]);

/** Which items may be listed. */
export const itemFilterSchema = z.strictObject({
  categories: z.array(name).min(1).max(50).optional(),
  attributes: z.record(z.string().min(1).max(60), attributeFilter).optional().describe('`price` is one of them'),
  exclude: z.array(catalogIdSchema).max(1_000).optional().describe('Ids of items that must not be listed'),
});
export type ItemFilter = z.infer<typeof itemFilterSchema>;

const quotaSchema = z
  .strictObject({
    category: name,
    atLeast: z.number().int().min(0).max(100).optional(),
    atMost: z.number().int().min(0).max(100).optional(),
  })
  .refine(({ atLeast = 0, atMost = Infinity }) => atLeast <= atMost, 'atLeast must not be above atMost');

/** Body of `POST /v1/recommendations`. */
export const recommendationRequestSchema = z.strictObject({
  user: catalogIdSchema.optional(),
  session: z
    .array(catalogIdSchema)
    .max(100)
    .optional()
    .describe('Items looked at just now, the latest last, by somebody who need not be known'),
  limit: z.number().int().min(1).max(100).default(10),
  filter: itemFilterSchema.default({}),
  diversity: share
    .default(0)
    .describe('0 orders by score alone; up to 1, an item like those above it is moved down (maximal marginal relevance)'),
  quotas: z.array(quotaSchema).max(20).default([]),
  explore: share.default(0).describe('Share of the places, never the first, that goes to items from further down'),
  newItems: share
    .optional()
    .describe('Share of the places kept for items that training has not seen; by default what training found next to free'),
  seed: z.number().int().min(0).max(4_294_967_295).optional().describe('Of what is drawn for exploring: the same seed, the same places'),
  seen: z
    .strictObject({ afterViews: z.number().int().min(1).max(1_000).optional() })
    .default({ afterViews: 1 })
    .describe('Leaves an item out once it was viewed so often, or at once after anything else was done with it; {} leaves none out'),
  placement: name.optional().describe('Where the list is shown; kept with the impression'),
  explain: z.boolean().default(false),
});
export type RecommendationRequest = z.infer<typeof recommendationRequestSchema>;

/** What a list stands on, from the most personal down. */
export const RECOMMENDATION_BASES = ['personal', 'session', 'popular-in-category', 'popular', 'recent'] as const;
export type RecommendationBasis = (typeof RECOMMENDATION_BASES)[number];

export const ARMS = ['a', 'b'] as const;
export type Arm = (typeof ARMS)[number];

/** An item of a list. */
export const recommendedItemSchema = z.object({
  id: z.string(),
  title: z.string().optional(),
  category: z.string().optional(),
  score: z.number().describe('What the list is ordered by; without unit'),
  probability: share.describe('That the person takes it next, calibrated'),
  explored: z.boolean().describe('Stands here to find out more, not by its score'),
  parts: z.record(z.string(), z.number()).optional().describe('What each feature adds to the score'),
  reason: z.string().optional(),
});
export type RecommendedItem = z.infer<typeof recommendedItemSchema>;

/** A list for a person. */
export const recommendationsSchema = z.object({
  impressionId: z.string().describe('Send it with the events that come of this list'),
  basis: z.enum(RECOMMENDATION_BASES),
  modelVersion: z.string(),
  arm: z.enum(ARMS),
  items: z.array(recommendedItemSchema),
  shortOf: z.string().optional().describe('Why there are fewer items than asked for'),
});
export type Recommendations = z.infer<typeof recommendationsSchema>;

/** A list as it was shown, as `GET /v1/impressions/{id}` tells it. */
export const impressionSchema = z.object({
  id: z.string(),
  user: z.string().optional(),
  session: z.array(z.string()),
  at: instantSchema,
  basis: z.enum(RECOMMENDATION_BASES),
  arm: z.enum(ARMS),
  modelVersion: z.string(),
  placement: z.string().optional(),
  items: z.array(
    z.object({
      id: z.string(),
      score: z.number(),
      probability: share,
      explored: z.boolean(),
      features: z.record(z.string(), z.number()).describe('What scoring saw of the item'),
    }),
  ),
});
export type ImpressionRecord = z.infer<typeof impressionSchema>;

/** Body of `POST /v1/score`. */
export const scoreRequestSchema = z.strictObject({
  user: catalogIdSchema.optional(),
  session: z.array(catalogIdSchema).max(100).optional(),
  items: z
    .array(z.union([z.strictObject({ id: catalogIdSchema }), z.strictObject({ text: storableText(MAX_ITEM_CHARACTERS).min(1) })]))
    .min(1)
    .max(1_000),
});
export type ScoreRequest = z.infer<typeof scoreRequestSchema>;

/** Scores in the order of the items asked for. */
export const scoresSchema = z.object({
  modelVersion: z.string(),
  scores: z.array(
    z.object({
      id: z.string().optional(),
      known: z.boolean().describe('False for an id that is not in the catalogue: its score is that of an item of which nothing is known'),
      score: z.number(),
      probability: share,
    }),
  ),
});
export type Scores = z.infer<typeof scoresSchema>;

/** Query of `GET /v1/metrics/online`. */
export const onlineMetricsQuerySchema = z
  .object({ from: instantSchema.optional(), to: instantSchema.optional().describe('Exclusive') })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) < Date.parse(to), {
    path: ['to'],
    message: 'to must be after from',
  });

const rate = z.object({
  shown: z.number().int().nonnegative(),
  taken: z.number().int().nonnegative().describe('Clicked, commented, shared or purchased from the list'),
  clickThrough: share,
});

/** How lists did. */
export const onlineMetricsSchema = z.object({
  lists: z.number().int().nonnegative(),
  ...rate.shape,
  byPosition: z.array(rate.extend({ position: z.number().int().positive() })),
  byModelVersion: z.array(rate.extend({ modelVersion: z.string() })),
  byArm: z.array(rate.extend({ arm: z.enum(ARMS) })),
});
export type OnlineMetrics = z.infer<typeof onlineMetricsSchema>;
