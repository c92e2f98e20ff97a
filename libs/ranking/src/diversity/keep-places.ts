/**
 * Keeps a share of a list's places for items of one kind, such as those that training has not seen: the last place of each of as many equal
 * parts of the list goes to the best of them that is not listed yet, unless there are as many above it by their own scores.
 *
 * @param ranked the best first
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
  const [others, candidates] = [ranked[Symbol.iterator](), special[Symbol.iterator]()];
  let found = 0;
  for (let place = 1; place <= count; place++) {
    // How many parts of the list have ended with this place.
    const due = Math.floor((place * kept) / count);
    const owed = found < due ? next(candidates, listed) : undefined;
    const item = owed ?? next(others, listed);
    if (item === undefined) break;
    listed.add(item);
    if (owed !== undefined) placed.add(owed);
    if (isSpecial.has(item)) found++;
  }
  return { list: [...listed], placed };
}

function next<Item>(items: Iterator<Item>, listed: ReadonlySet<Item>): Item | undefined {
  for (let step = items.next(); step.done !== true; step = items.next()) if (!listed.has(step.value)) return step.value;
  return undefined;
}

/** How many places of a list are kept by a share of them; what is left of a whole place is drawn. @param uniform a number in [0, 1) */
export function placesKept(count: number, share: number, uniform: number): number {
  return Math.floor(count * share + uniform);
}
