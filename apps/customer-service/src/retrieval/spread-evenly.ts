/** At most so many of a list, spread evenly over it and in its order; the same ones for the same list. */
export function spreadEvenly<Item>(all: readonly Item[], most: number): Item[] {
  const step = Math.max(1, all.length / most);
  return Array.from({ length: Math.min(all.length, most) }, (_, place) => all[Math.floor(place * step)]);
}
