/** A binary heap whose greatest item comes first. */
export class MaxHeap<Item> {
  private readonly items: Item[] = [];

  constructor(private readonly isGreater: (one: Item, other: Item) => boolean) {}

  push(item: Item): void {
    const { items } = this;
    let place = items.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.isGreater(items[place], items[parent])) return;
      this.exchange(place, parent);
      place = parent;
    }
  }

  pop(): Item | undefined {
    const { items } = this;
    const greatest = items.at(0);
    const last = items.pop();
    if (items.length === 0 || last === undefined) return greatest;
    items[0] = last;
    for (let place = 0; ;) {
      const largest = [2 * place + 1, 2 * place + 2].reduce(
        (best, child) => (child < items.length && this.isGreater(items[child], items[best]) ? child : best),
        place,
      );
      if (largest === place) return greatest;
      this.exchange(place, largest);
      place = largest;
    }
  }

  private exchange(one: number, other: number): void {
    [this.items[one], this.items[other]] = [this.items[other], this.items[one]];
  }
}
