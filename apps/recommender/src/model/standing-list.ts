import { inTurns } from '@attune/event-stream';
import { selectTop } from '@attune/ranking';
import { topInTurns } from './top-in-turns';

/** Places kept beyond those that are asked for: so many may fall before the whole catalogue is looked at again. */
const SPARE = 3;

/**
 * The places of the largest values, kept up as values change. Only those that are told of are looked at, so that a large catalogue costs
 * nothing while nothing happens.
 */
export class StandingList {
  /** The largest first. No place beside them has a value above `floor`. */
  private kept: number[] = [];
  private floor = Infinity;
  private readonly changed = new Set<number>();

  /** @param length places that are asked for */
  constructor(private readonly length: number) {}

  /** Tells that the value of a place may have changed. */
  touch(place: number): void {
    this.changed.add(place);
  }

  /** Whether anything changed since the list was found. */
  get isStale(): boolean {
    return this.changed.size > 0;
  }

  /**
   * The list as it is now. Values must not change meanwhile, nor those of places that were not told of since the last call.
   *
   * @param size places there are
   * @param valueOf −∞ for a place that must not be listed
   */
  async find(size: number, valueOf: (place: number) => number): Promise<readonly number[]> {
    const candidates = [...new Set([...this.kept, ...this.changed])];
    const values = Float64Array.from(candidates, valueOf);
    this.changed.clear();
    const most = SPARE * this.length;
    const best = selectTop(values, most, (at) => values[at] > -Infinity && values[at] >= this.floor);
    if (best.length >= this.length || this.floor === -Infinity)
      this.keep(
        best.map((at) => candidates[at]),
        most,
        valueOf,
      );
    else await this.findAnew(size, most, valueOf);
    return this.kept.slice(0, this.length);
  }

  private async findAnew(size: number, most: number, valueOf: (place: number) => number): Promise<void> {
    const values = new Float64Array(size);
    await inTurns(values.keys(), (place) => (values[place] = valueOf(place)));
    this.floor = -Infinity;
    this.keep(await topInTurns(values, most, (value) => value > -Infinity), most, valueOf);
  }

  private keep(places: number[], most: number, valueOf: (place: number) => number): void {
    this.kept = places;
    if (places.length === most) this.floor = valueOf(places[most - 1]);
  }
}
