import type { RankingHead, RankingScoring, SparseRows } from '@attune/artifact';
import { Popularity } from './popularity';
import { SparseSums } from './sparse-sums';
import { isRow, isRowOfZeros, meanRow, rowProduct, unitRow, withRow, writeCentred } from './vector-rows';

/** An item that training did not see, or whose text or attributes have changed. */
export interface NewItem {
  id: string;
  /** Unit vector of its text by the head's encoder; absent or of zeros where it has no text. */
  vector?: Float32Array;
  /** Values by attribute; attributes that the head does not know are not looked at. */
  categories?: Record<string, readonly string[]>;
  numbers?: Record<string, number>;
  /** Milliseconds since 1970. */
  publishedAt?: number;
}

/** What scoring looks at of an item. */
export interface CatalogueItem {
  readonly id: string;
  /** Places of its categories in the catalogue's list of them. */
  readonly categories: readonly number[];
  /** In the order of the head's numeric attributes, normalised; NaN where the item has none. */
  readonly numbers: Float64Array;
  readonly firstAt: number | undefined;
}

/**
 * The items of a ranking head with their vectors, to which new ones can be added without training. Places of items are stable: one that is
 * removed keeps its place, and comes back to it.
 */
export class Catalogue {
  readonly scoring: RankingScoring;
  readonly popularity: Popularity;
  /** Numeric attributes that are looked at. */
  readonly numbers: readonly string[];
  readonly textWidth: number;
  readonly matchWidth: number;
  private readonly items: CatalogueItem[] = [];
  private readonly places = new Map<string, number>();
  private readonly categoryPlaces = new Map<string, number>();
  private readonly categoryNames: string[] = [];
  /** 1 for each place that is removed. */
  private removed: Uint8Array;
  private text: Float32Array;
  /** What the texts of the catalogue have in common, and texts' vectors without it, of length 1 again: of those that were asked for. */
  private readonly commonText: Float32Array;
  private centred: Float32Array;
  /** 1 for each place whose text is centred as it is. */
  private isCentred: Uint8Array;
  private match: Float32Array;
  private readonly projection: Float32Array;
  private readonly collaborative: SparseRows;
  /** Items that training saw events of. */
  private readonly warm: Uint8Array;
  /** Room to add up in, of zeros between uses: of a large catalogue, an array for each request would keep the garbage collector busy. */
  private sums = new Float64Array(0);

  constructor(head: RankingHead) {
    this.scoring = head.scoring;
    this.numbers = Object.keys(head.scoring.numbers);
    this.textWidth = head.textWidth;
    this.matchWidth = head.matchWidth;
    this.text = head.textVectors;
    this.commonText = meanRow(head.textVectors, head.textWidth);
    this.centred = new Float32Array(head.textVectors.length);
    this.isCentred = new Uint8Array(head.items.length);
    this.match = head.matchVectors;
    this.projection = head.matchProjection;
    this.collaborative = head.collaborative;
    this.popularity = new Popularity(head.scoring.behaviour.popularityDays, head.scoring.trainedAt);
    this.warm = Uint8Array.from(head.items, ({ users }) => (users > 0 ? 1 : 0));
    this.removed = new Uint8Array(head.items.length);
    for (const { id, events, decayedEvents, ...attributes } of head.items) {
      const place = this.items.length;
      this.places.set(id, place);
      this.items.push(this.describe({ id, ...attributes }, attributes.firstAt));
      this.popularity.restore(place, events, decayedEvents);
    }
  }

  /** Items with a place, removed ones counted. */
  get size(): number {
    return this.items.length;
  }

  placeOf(id: string): number | undefined {
    return this.places.get(id);
  }

  item(place: number): CatalogueItem {
    return this.items[place];
  }

  /** `attribute: value` of a category. */
  categoryName(category: number): string {
    return this.categoryNames[category];
  }

  /** Whether training saw events of an item. */
  isWarm(place: number): boolean {
    return this.warm[place] === 1;
  }

  isAvailable(place: number): boolean {
    return this.removed[place] !== 1;
  }

  /** Unit vector of an item's text; zeros where it has none. A view, not to be written to. */
  textVector(place: number): Float32Array {
    return this.text.subarray(place * this.textWidth, (place + 1) * this.textWidth);
  }

  /** Whether an item's text vector is this one, so that nothing that comes of it has to be computed again. */
  hasText(place: number, vector: Float32Array | undefined): boolean {
    const start = place * this.textWidth;
    return vector === undefined ? isRowOfZeros(this.text, start, this.textWidth) : isRow(this.text, start, vector, this.textWidth);
  }

  /**
   * An item's text vector without what all texts of the catalogue have in common, of length 1: such vectors tell texts of one kind apart (Mu and
   * Viswanath 2018). A view, not to be written to.
   */
  centredText(place: number): Float32Array {
    this.centre(place);
    return this.centred.subarray(place * this.textWidth, (place + 1) * this.textWidth);
  }

  /** Inner product of an item's text vector with another vector. */
  textProduct(place: number, vector: Float32Array): number {
    return rowProduct(this.text, place * this.textWidth, vector, this.textWidth);
  }

  /** The same of the centred text vector. */
  centredTextProduct(place: number, vector: Float32Array): number {
    this.centre(place);
    return rowProduct(this.centred, place * this.textWidth, vector, this.textWidth);
  }

  /** The same with an item's vector of the item tower. */
  matchProduct(place: number, vector: Float32Array): number {
    return rowProduct(this.match, place * this.matchWidth, vector, this.matchWidth);
  }

  /** Vector of the item tower. A view, not to be written to. */
  matchVector(place: number): Float32Array {
    return this.match.subarray(place * this.matchWidth, (place + 1) * this.matchWidth);
  }

  /**
   * Sums what the items of a history say of others.
   *
   * @param shares how much each of them counts
   */
  sumNeighbours(history: readonly { readonly item: number }[], shares: readonly number[]): SparseSums {
    if (this.sums.length < this.size) this.sums = new Float64Array(Math.ceil(this.size * 1.5));
    const { sums } = this;
    const touched: number[] = [];
    history.forEach(({ item }, at) => {
      this.forNeighbours(item, (other, weight) => {
        if (sums[other] === 0) touched.push(other);
        sums[other] += shares[at] * weight;
      });
    });
    // One whose sum fell back to 0 was taken for untouched, and stands there again.
    const places = Int32Array.from(touched)
      .sort()
      .filter((place, at, all) => at === 0 || place !== all[at - 1]);
    const values = Float64Array.from(places, (place) => sums[place]);
    for (const place of places) sums[place] = 0;
    return new SparseSums(places, values);
  }

  /** Calls `visit` with every item of which an item in a history speaks, and how much. */
  forNeighbours(place: number, visit: (item: number, weight: number) => void): void {
    const { neighbours, weights, width } = this.collaborative;
    const end = Math.min((place + 1) * width, neighbours.length);
    for (let at = place * width; at < end && neighbours[at] >= 0; at++) visit(neighbours[at], weights[at]);
  }

  /**
   * Adds an item, or replaces what is known of one; what its events taught stays.
   *
   * @returns its place
   */
  upsert(item: NewItem): number {
    const known = this.places.get(item.id);
    const place = known ?? this.items.length;
    this.places.set(item.id, place);
    this.items[place] = this.describe(item, item.publishedAt ?? this.items.at(place)?.firstAt);
    this.mark(place, 0);
    if (known === undefined || !this.hasText(place, item.vector)) this.readText(place, item.vector);
    return place;
  }

  /** Takes an item out of every list. */
  remove(id: string): void {
    const place = this.places.get(id);
    if (place !== undefined) this.mark(place, 1);
  }

  /** Takes every item out of the lists, until it is put in again. */
  removeAll(): void {
    this.removed.fill(1, 0, this.size);
  }

  private mark(place: number, isRemoved: 0 | 1): void {
    this.removed = withRoom(this.removed, place);
    this.removed[place] = isRemoved;
  }

  private readText(place: number, vector: Float32Array | undefined): void {
    this.text = withRow(this.text, place, this.textWidth, vector);
    this.isCentred = withRoom(this.isCentred, place);
    this.isCentred[place] = 0;
    if (this.matchWidth > 0 && !this.isWarm(place)) this.match = withRow(this.match, place, this.matchWidth, this.project(vector));
  }

  /** Centres a text where that is not done yet: of a large catalogue most are never looked at. */
  private centre(place: number): void {
    if (this.isCentred[place] === 1) return;
    if (this.centred.length < this.text.length)
      this.centred = withRow(this.centred, this.text.length / this.textWidth - 1, this.textWidth, undefined);
    writeCentred(this.text, this.centred, place * this.textWidth, this.commonText);
    this.isCentred[place] = 1;
  }

  private project(vector: Float32Array | undefined): Float32Array {
    const result = new Float32Array(this.matchWidth);
    if (vector === undefined) return result;
    for (let row = 0; row < this.matchWidth; row++) result[row] = rowProduct(this.projection, row * this.textWidth, vector, this.textWidth);
    return unitRow(result);
  }

  private describe(item: Omit<NewItem, 'vector'>, firstAt: number | undefined): CatalogueItem {
    const categories: number[] = [];
    for (const attribute of this.scoring.categories) {
      for (const value of item.categories?.[attribute] ?? []) {
        const category = this.categoryPlace(`${attribute}: ${value}`);
        if (!categories.includes(category)) categories.push(category);
      }
    }
    const numbers = new Float64Array(this.numbers.length);
    this.numbers.forEach((attribute, at) => {
      const { mean, deviation } = this.scoring.numbers[attribute];
      numbers[at] = ((item.numbers?.[attribute] ?? NaN) - mean) / deviation;
    });
    return { id: item.id, categories, numbers, firstAt };
  }

  private categoryPlace(name: string): number {
    const known = this.categoryPlaces.get(name);
    if (known !== undefined) return known;
    this.categoryPlaces.set(name, this.categoryNames.length);
    return this.categoryNames.push(name) - 1;
  }
}

/** Flags with one for a place; those that come in have 0. */
function withRoom(flags: Uint8Array, place: number): Uint8Array {
  if (place < flags.length) return flags;
  const grown = new Uint8Array(Math.ceil((place + 1) * 1.5));
  grown.set(flags);
  return grown;
}
