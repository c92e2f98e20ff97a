import type { english } from '../../i18n/english';

/** Features that have a name for readers; a service may know others. */
type FeatureName = keyof (typeof english)['recommendations']['features'];

const NAMED: Readonly<Record<FeatureName, true>> = {
  match: true,
  collaborative: true,
  text: true,
  textOfUnseen: true,
  category: true,
  categoryOfUnseen: true,
  numbers: true,
  numbersOfUnseen: true,
  popularity: true,
  recentPopularity: true,
  recency: true,
  unseen: true,
};

/** Parts that are shown at once. */
const MAIN = 3;

export function isFeature(name: string): name is FeatureName {
  return Object.hasOwn(NAMED, name);
}

type Part = readonly [name: string, value: number];

/** The parts of a score by their size, without those of no size: the few largest, and the others. */
export function mainParts(parts: Readonly<Record<string, number>>): { readonly main: readonly Part[]; readonly others: readonly Part[] } {
  const ordered = Object.entries(parts)
    .filter(([, value]) => value !== 0)
    .sort(([, one], [, other]) => Math.abs(other) - Math.abs(one));
  return { main: ordered.slice(0, MAIN), others: ordered.slice(MAIN) };
}
