import { applyQuotas, diversify, explore, keepPlaces, placesKept, type Quota } from '@attune/ranking';

/** The rules of a list, and what they look at of an item. */
export interface ArrangeOptions<Item> {
  readonly limit: number;
  readonly diversity: number;
  readonly explore: number;
  /** Share of the places that is kept for new items. */
  readonly newItems: number;
  readonly isNew: (item: Item) => boolean;
  readonly quotas: readonly Quota[];
  /** Numbers in [0, 1). */
  readonly uniform: () => number;
  /** Unit vector; of zeros, an item is like nothing. */
  readonly vectorOf: (item: Item) => ArrayLike<number>;
  readonly categoriesOf: (item: Item) => readonly string[];
}

/** Items among which rules may choose: so many times the length of the list, and at least so many. */
const POOL_FACTOR = 5;
const SMALLEST_POOL = 50;

/**
 * Makes a list of scored items: diverse by maximal marginal relevance, with places given to exploring and kept for new items, under quotas.
 *
 * @param scored the best first
 */
export function arrange<Item extends { readonly score: number }>(
  scored: readonly Item[],
  options: ArrangeOptions<Item>,
): { item: Item; explored: boolean }[] {
  const { limit, diversity, quotas, uniform, vectorOf, categoriesOf } = options;
  const pool = scored.slice(0, quotas.length > 0 ? scored.length : Math.max(SMALLEST_POOL, POOL_FACTOR * limit));
  const ordered =
    diversity === 0
      ? pool
      : diversify(
          pool.map((item) => ({ score: item.score, vector: vectorOf(item) })),
          pool.length,
          diversity,
        ).map((at) => pool[at]);
  const { list: explored, explored: positions } = explore(ordered, limit, options.explore, uniform);
  const kept = options.newItems === 0 ? 0 : placesKept(limit, options.newItems, uniform());
  const { list, placed } = keepPlaces(explored, kept === 0 ? [] : scored.filter(options.isNew), limit, kept);
  const drawn = new Set([...[...positions].map((position) => explored[position]), ...placed]);
  const inList = new Set(list);
  const all = [...list, ...ordered.filter((item) => !inList.has(item))];
  const chosen = quotas.length === 0 ? list : applyQuotas(all.map(categoriesOf), limit, quotas).map((at) => all[at]);
  return chosen.map((item) => ({ item, explored: drawn.has(item) }));
}
