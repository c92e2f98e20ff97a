import { dotProduct } from '@attune/artifact';

/** An item that may be listed. */
export interface Listed {
  /** Higher is better. */
  score: number;
  /** Unit vector; of zeros, an item is like nothing. */
  vector: ArrayLike<number>;
}

/**
 * Orders items by maximal marginal relevance (Carbonell and Goldstein 1998): each place goes to the item with the best
 * `(1 − diversity) · relevance − diversity · likeness`, where relevance is the score mapped to 0…1 over the items given and likeness the
 * largest cosine with those listed before. Diversity 0 keeps the order of the scores, 1 looks at likeness alone, and begins with the best.
 *
 * @param diversity 0 to 1
 * @returns at most `count` places of `items`
 */
export function diversify(items: readonly Listed[], count: number, diversity: number): number[] {
  const scores = items.map(({ score }) => score);
  const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity);
  const range = scores.reduce((most, score) => Math.max(most, score), -Infinity) - lowest;
  const relevance = scores.map((score) => (range > 0 ? (score - lowest) / range : 1));
  const likeness = new Float64Array(items.length);
  const left = new Set(items.keys());
  const listed: number[] = [];
  while (listed.length < count && left.size > 0) {
    const weight = listed.length === 0 ? 0 : diversity;
    let best = -1;
    let highest = -Infinity;
    for (const place of left) {
      const value = (1 - weight) * relevance[place] - weight * likeness[place];
      if (value > highest) [best, highest] = [place, value];
    }
    left.delete(best);
    for (const place of left) {
      const cosine = dotProduct(items[place].vector, items[best].vector);
      likeness[place] = listed.length === 0 ? cosine : Math.max(likeness[place], cosine);
    }
    listed.push(best);
  }
  return listed;
}

/** How many items of a category a list may have, and how many it should. */
export interface Quota {
  category: string;
  atLeast?: number;
  atMost?: number;
}

/**
 * Fills a list in the order given under quotas: an item whose category is full is passed over, and places that are still owed to a category
 * are kept free for it. An owed place that no item can fill is given to the best of the others.
 *
 * @param categoriesOf categories of the items, in their order, the best first
 * @returns at most `count` places, ascending
 */
export function applyQuotas(categoriesOf: readonly (readonly string[])[], count: number, quotas: readonly Quota[]): number[] {
  const ledger = new QuotaLedger(categoriesOf, quotas);
  const chosen: number[] = [];
  for (const [place, categories] of categoriesOf.entries()) {
    if (chosen.length === count) break;
    if (ledger.offer(categories, count - chosen.length)) chosen.push(place);
  }
  return chosen;
}

/** What is still owed to each category, how much room it has, and how many items of it are yet to come. */
class QuotaLedger {
  private readonly owed: Map<string, number>;
  private readonly room: Map<string, number>;
  private readonly supply = new Map<string, number>();

  constructor(categoriesOf: readonly (readonly string[])[], quotas: readonly Quota[]) {
    this.owed = new Map(quotas.map(({ category, atLeast = 0 }) => [category, atLeast]));
    this.room = new Map(quotas.map(({ category, atMost = Infinity }) => [category, atMost]));
    for (const category of categoriesOf.flat()) add(this.supply, category, 1);
  }

  /** Takes the next item, or passes it over. @param places of the list that are still free */
  offer(categories: readonly string[], places: number): boolean {
    for (const category of categories) add(this.supply, category, -1);
    if (categories.some((category) => (this.room.get(category) ?? Infinity) <= 0)) return false;
    const paysDebt = categories.some((category) => (this.owed.get(category) ?? 0) > 0);
    if (!paysDebt && this.debt() >= places) return false;
    for (const category of categories) {
      add(this.room, category, -1, Infinity);
      add(this.owed, category, -1);
    }
    return true;
  }

  private debt(): number {
    let sum = 0;
    for (const [category, number] of this.owed) sum += Math.max(0, Math.min(number, this.supply.get(category) ?? 0));
    return sum;
  }
}

function add(counts: Map<string, number>, key: string, change: number, standard = 0): void {
  counts.set(key, (counts.get(key) ?? standard) + change);
}
