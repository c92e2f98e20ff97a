/** Parts of a list, in turns: each is left out once. */
export function folds<Item>(items: readonly Item[], count: number): { rest: Item[]; part: Item[] }[] {
  return Array.from({ length: count }, (_, fold) => ({
    rest: items.filter((_item, at) => at % count !== fold),
    part: items.filter((_item, at) => at % count === fold),
  }));
}
