import type { HistoryEntry } from '../behaviour/interaction';
import type { Catalogue } from '../catalogue/catalogue';

/** Items that those in a history speak for by the collaborative weights, the best first; items of the history itself are left out. */
export function collaborativeCandidates(catalogue: Catalogue, history: readonly HistoryEntry[], count: number): number[] {
  const sums = new Map<number, number>();
  history.forEach(({ item, weight }, place) => {
    const share = weight * Math.exp(-place / catalogue.scoring.behaviour.recency);
    catalogue.forNeighbours(item, (other, value) => sums.set(other, (sums.get(other) ?? 0) + share * value));
  });
  for (const { item } of history) sums.delete(item);
  return [...sums]
    .filter(([place, sum]) => sum > 0 && catalogue.isAvailable(place))
    .sort(([a, first], [b, second]) => second - first || a - b)
    .slice(0, count)
    .map(([place]) => place);
}
