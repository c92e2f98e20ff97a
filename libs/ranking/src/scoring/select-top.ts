/**
 * Places of the highest scores, the highest first; of equal ones the lower place. A heap of `count` places: of a large catalogue nothing is
 * sorted.
 *
 * @param allowed which places may be among them
 */
export function selectTop(scores: ArrayLike<number>, count: number, allowed: (place: number) => boolean = () => true): number[] {
  const heap: number[] = [];
  const isWorse = (a: number, b: number): boolean => scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b], heap[a]];
  };
  const rise = (from: number): void => {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!isWorse(heap[at], heap[parent])) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isWorse(heap[child], heap[worst])) worst = child;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  };
  if (count <= 0) return heap;
  for (let place = 0; place < scores.length; place++) {
    if (!allowed(place)) continue;
    if (heap.length < count) {
      heap.push(place);
      rise(heap.length - 1);
    } else if (isWorse(heap[0], place)) {
      heap[0] = place;
      sink();
    }
  }
  return heap.sort((a, b) => (isWorse(a, b) ? 1 : -1));
}
