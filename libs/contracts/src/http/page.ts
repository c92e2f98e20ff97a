import { z } from 'zod';
import { storableText } from '../text';

/** Query parameters of a list that is read page by page. */
export const pageQuerySchema = z.object({
  cursor: storableText().max(500).optional().describe('`nextCursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A page of items; `nextCursor` is absent on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
