import { encodeCursor } from './cursor';

/** A page of a list; `nextCursor` is absent on the last one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor?: string;
}

/**
 * @param rows one more than the page may hold, where there are as many: it tells that another page follows
 * @param limit of the page
 * @param placeOf what the cursor says of the last row of the page
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, placeOf: (last: Row) => Readonly<Record<string, string>>): Page<Row> {
  const items = rows.slice(0, limit);
  return rows.length > limit ? { items, nextCursor: encodeCursor(placeOf(items[limit - 1])) } : { items };
}
