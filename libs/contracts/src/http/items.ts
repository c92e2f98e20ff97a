import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { catalogItemSchema } from '../events/catalog-item';
import { storableText } from '../text';
import { pageQuerySchema } from './page';

/** Body of `PUT /v1/items/{id}`. */
export const itemInputSchema = catalogItemSchema.omit({ id: true });
export type ItemInput = z.infer<typeof itemInputSchema>;

/** An item of the catalogue. */
export const storedItemSchema = catalogItemSchema.extend({ createdAt: instantSchema, updatedAt: instantSchema });
export type StoredItem = z.infer<typeof storedItemSchema>;

/** Query of `GET /v1/items`. */
export const itemsQuerySchema = pageQuerySchema.extend({ category: storableText(100).optional() });

/** Progress of an import, a line each; the last one has `done: true`, or `error`. */
export const itemImportProgressSchema = z.object({
  accepted: z.number().int().nonnegative(),
  refused: z.array(z.object({ row: z.number().int().positive(), message: z.string() })).describe('Rows count from 1'),
  refusedRows: z.number().int().nonnegative().describe('All of them; `refused` tells of the first thousand'),
  done: z.boolean(),
  error: z.string().optional(),
});
export type ItemImportProgress = z.infer<typeof itemImportProgressSchema>;

/** Query of `GET /v1/items/search`. */
export const itemSearchQuerySchema = z.object({
  text: storableText(2_000).trim().min(1),
  limit: z.coerce.number().int().min(1).max(40).default(10),
});

/** Query of `GET /v1/items/{id}/similar`. */
export const similarQuerySchema = z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) });

/** Items most like one, or nearest to a text. */
export const similarItemsSchema = z.object({
  modelVersion: z.string(),
  items: z.array(z.object({ id: z.string(), title: z.string().optional(), category: z.string().optional(), score: z.number() })),
});
export type SimilarItems = z.infer<typeof similarItemsSchema>;
