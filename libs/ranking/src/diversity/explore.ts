/**
 * Gives a share of a list's places to items from further down, each drawn at random with a probability that falls with its rank. The first
 * place is never given away.
 *
 * @param ranked places or ids, the best first
 * @param share 0 to 1 of the listed places
 * @param uniform numbers in [0, 1) from a seeded generator
 * @returns the list, and which of its positions were drawn
 */
export function explore<Item>(
  ranked: readonly Item[],
  count: number,
  share: number,
  uniform: () => number,
): { list: Item[]; explored: Set<number> } {
  const list = ranked.slice(0, count);
  const pool = ranked.slice(count);
  const explored = new Set<number>();
  const wanted = Math.min(Math.round(share * list.length), Math.max(0, list.length - 1), pool.length);
  while (explored.size < wanted) {
    const position = 1 + Math.floor(uniform() * (list.length - 1));
    if (explored.has(position)) continue;
    // The square draws near ranks more often than far ones.
    const drawn = Math.floor(uniform() ** 2 * pool.length);
    list[position] = pool[drawn];
    pool.splice(drawn, 1);
    explored.add(position);
  }
  return { list, explored };
}
