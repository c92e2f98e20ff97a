import type { Interaction } from '@attune/ranking';

/** Items that are left out of a list: those that were viewed so often, and those with which anything else was done. */
export function seenItems(interactions: readonly Interaction[], afterViews: number | undefined): Set<string> {
  const seen = new Set<string>();
  if (afterViews === undefined) return seen;
  const views = new Map<string, number>();
  for (const { item, type } of interactions) {
    if (type !== 'viewed') seen.add(item);
    else {
      const count = (views.get(item) ?? 0) + 1;
      views.set(item, count);
      if (count >= afterViews) seen.add(item);
    }
  }
  return seen;
}
