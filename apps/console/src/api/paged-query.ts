import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';

/** A page as the services answer with it; the last one names no next. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/** A list that is read page by page. */
export type PagedQuery<Item> = UseInfiniteQueryResult<Item[]>;

/** What every list that is read page by page has in common. */
export const PAGES = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }: Page<unknown>): string | undefined => nextCursor,
};

/** The items of all pages that were read. */
export function itemsOf<Item>({ pages }: InfiniteData<Page<Item>>): Item[] {
  return pages.flatMap(({ items }) => items);
}
