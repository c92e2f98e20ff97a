import type { Example } from '../data/example';
import { labelsOf } from '../data/labels';
import type { Random } from '../random';

/** How a buffer chooses what it keeps. */
export type ReplaySampling = 'reservoir' | 'class-balanced';

/**
 * A bounded sample of the rows that have gone by, each seen once, for training on them again later. By `reservoir` every row is kept with the
 * same probability (Vitter 1985); `class-balanced` keeps as many of each class as there are, and every row of a class with the same
 * probability (Chrysakis and Moens 2020). A row of several labels is of the class of all of them; all numbers are one class.
 */
export class ReplayBuffer {
  private readonly kept: Example[] = [];
  private readonly seen = new Map<string, number>();
  private total = 0;
  /** Places of the rows kept of each class. */
  private readonly places = new Map<string, number[]>();
  /** Classes that once had the most rows of a full buffer. */
  private readonly full = new Set<string>();

  constructor(
    private readonly size: number,
    private readonly sampling: ReplaySampling,
    private readonly random: Random,
  ) {}

  /** Shows it a row, which it may keep in the place of another. */
  add(example: Example): void {
    const key = classOf(example);
    this.total++;
    this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
    if (this.kept.length < this.size) {
      this.put(this.kept.length, example);
      return;
    }
    const place = this.sampling === 'reservoir' ? this.anyPlace() : this.placeFor(key);
    if (place !== undefined) this.put(place, example);
  }

  private anyPlace(): number | undefined {
    const place = this.random.integer(this.total);
    return place < this.size ? place : undefined;
  }

  private placeFor(key: string): number | undefined {
    const own = this.places.get(key) ?? [];
    const largest = this.largest();
    this.full.add(largest);
    if (this.full.has(key)) {
      return own.length > 0 && this.random.uniform() * (this.seen.get(key) ?? 1) < own.length ? this.oneOf(own) : undefined;
    }
    return this.oneOf(this.places.get(largest) ?? []);
  }

  /** The class of the most rows; of several, one that is drawn. */
  private largest(): string {
    const most = Math.max(...[...this.places.values()].map(({ length }) => length));
    const classes = [...this.places.keys()].filter((key) => this.places.get(key)?.length === most);
    return classes[this.random.integer(classes.length)];
  }

  private oneOf(places: readonly number[]): number | undefined {
    return places.length === 0 ? undefined : places[this.random.integer(places.length)];
  }

  private put(place: number, example: Example): void {
    const before = this.kept.at(place);
    if (before !== undefined && place < this.kept.length) {
      const others = this.places.get(classOf(before)) ?? [];
      others.splice(others.indexOf(place), 1);
    }
    this.kept[place] = example;
    const key = classOf(example);
    const own = this.places.get(key);
    if (own === undefined) this.places.set(key, [place]);
    else own.push(place);
  }

  /** The rows that it keeps. */
  rows(): Example[] {
    return [...this.kept];
  }
}

function classOf(example: Example): string {
  const others = Object.values(example.otherLabels ?? {}).filter((label) => typeof label !== 'number');
  return JSON.stringify([labelsOf(example), ...others]);
}
