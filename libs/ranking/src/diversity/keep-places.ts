/**
 * Keeps a share of a list's places for items of one kind, such as those that training has not seen: the last place of each of as many equal
 * parts of the list goes to the best of them that is not listed yet, unless there are as many above it by their own scores.
 *
 * @param ranked the best first; where it ends, the list does
 * @param special those of the kind, the best first, whether they are among `ranked` or not
 * @param count places of the list
 * @param kept how many of them are kept
 * @returns the list, and which of its items stand there by a kept place
 */
export function keepPlaces<Item>(
  ranked: readonly Item[],
  special: readonly Item[],
  count: number,
  kept: number,
): { list: Item[]; placed: Set<Item> } {
  const isSpecial = new Set(special);
  const listed = new Set<Item>();
  const placed = new Set<Item>();
  const isOpen = (item: Item): boolean => !listed.has(item);
  let found = 0;
  for (let place = 1; place <= count; place++) {
    const best = ranked.find(isOpen);
    if (best === undefined) break;
    // How many parts of the list have ended with this place.
    const due = Math.floor((place * kept) / count);
    const owed = found < due && !isSpecial.has(best) ? special.find(isOpen) : undefined;
    if (owed !== undefined) placed.add(owed);
    listed.add(owed ?? best);
    if (owed !== undefined || isSpecial.has(best)) found++;
  }
  return { list: [...listed], placed };
}

/** How many places of a list are kept by a share of them; what is left of a whole place is drawn. @param uniform a number in [0, 1) */
export function placesKept(count: number, share: number, uniform: number): number {
  return Math.floor(count * share + uniform);
}
