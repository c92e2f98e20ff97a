/** A category and how many items of a list are of it; undefined for those without. */
export interface CategoryCount {
  readonly category: string | undefined;
  readonly count: number;
}

/** How often each category stands in a list, the most frequent first, then in the order of the list. */
export function categorySpread(items: readonly { readonly category?: string }[]): CategoryCount[] {
  const counts = new Map<string | undefined, number>();
  for (const { category } of items) counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts].map(([category, count]) => ({ category, count })).sort((one, other) => other.count - one.count);
}
