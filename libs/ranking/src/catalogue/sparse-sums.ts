/** Sums by place, most of which are 0 and not held. */
export class SparseSums {
  /**
   * @param places ascending
   * @param values in the order of the places
   */
  constructor(
    readonly places: Int32Array,
    readonly values: Float64Array,
  ) {}

  /** The sum of a place; 0 where nothing was added. */
  of(place: number): number {
    const { places } = this;
    let [low, high] = [0, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle] < place) low = middle + 1;
      else high = middle;
    }
    return places[low] === place ? this.values[low] : 0;
  }
}
