import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';
import { storableText } from '../text';

/** Id of an item or a user, as the site that sends it calls them. */
export const catalogIdSchema = z.string().regex(/^[\w.:@/-]{1,200}$/, 'an id has 1 to 200 letters, digits and . : @ / _ -');

/** Most characters of an item's text. */
export const MAX_ITEM_CHARACTERS = 20_000;

const name = storableText(100).trim().min(1);
const amount = z.number().min(-1e12).max(1e12);

/** Attributes beside category and price: numbers are compared by nearness, texts and flags are categories of their own. */
export const itemAttributesSchema = z
  .record(
    z.string().regex(/^[A-Za-z][\w-]{0,59}$/, 'a name of letters, digits, _ and -, such as author'),
    z.union([name, z.array(name).min(1).max(50), amount, z.boolean()]),
  )
  .refine((attributes) => Object.keys(attributes).length <= 50, 'at most 50 attributes');

/** Something that can be recommended, as it is handed in. */
export const catalogItemSchema = z.strictObject({
  id: catalogIdSchema,
  title: storableText(500).trim().min(1).optional(),
  text: storableText(MAX_ITEM_CHARACTERS)
    .optional()
    .describe('What the encoder reads beside the title; an item without either is ranked by its attributes and by behaviour'),
  category: name.optional(),
  price: z.number().nonnegative().max(1e12).optional(),
  attributes: itemAttributesSchema.default({}),
  available: z.boolean().default(true).describe('One that is not vanishes from every list at once'),
  publishedAt: instantSchema.optional(),
});
export type CatalogItem = z.infer<typeof catalogItemSchema>;

/** On `catalog.items`. */
export const catalogItemEventSchema = cloudEventSchema('attune.catalog.item', catalogItemSchema);
export type CatalogItemEvent = z.infer<typeof catalogItemEventSchema>;
