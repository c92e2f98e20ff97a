import { setTimeout as pause } from 'node:timers/promises';
import type { Catalogue } from '@attune/ranking';
import { VectorGraph } from '@attune/storage';

/** Items whose texts are held in memory at most; the database searches among more. Of 384 numbers each they take a quarter of a gigabyte. */
const MOST_ITEMS = 200_000;
/** Texts that are put in at once, and places that are looked at for them: some milliseconds' work. */
const PUT_IN = 16;
const LOOKED_AT = 1_000;
/** What is waited between two such, in lengths of the first: requests come first, and the database answers them meanwhile. */
const REST = 2;

/**
 * The texts of a catalogue's items in memory, by their places, to search among without the way to the database. It is filled in the
 * background; from then on it is kept up to date by whoever changes the catalogue.
 */
export class NearTexts {
  private graph: VectorGraph | undefined;
  /** Places that are in the graph. */
  private readonly held = new Set<number>();
  /** The place up to which all are in; those beyond are yet to be looked at. */
  private reached = 0;
  private isComplete = false;

  /** @param isWanted whether the item of a place is to be found */
  constructor(
    private readonly catalogue: Catalogue,
    private readonly isWanted: (place: number) => boolean,
  ) {}

  /** Whether everything that is to be found is in. */
  get answers(): boolean {
    return this.isComplete;
  }

  /** Puts in whatever is to be found, in many turns. Where the items are too many, or cannot be held at all, nothing is found here. */
  async fill(signal: AbortSignal): Promise<void> {
    const { catalogue } = this;
    this.graph = await VectorGraph.open(catalogue.textWidth);
    while (this.graph !== undefined && !signal.aborted) {
      if (catalogue.size > MOST_ITEMS) return this.letGo();
      const began = performance.now();
      const [enough, end] = [this.held.size + PUT_IN, Math.min(this.reached + LOOKED_AT, catalogue.size)];
      while (this.held.size < enough && this.reached < end) {
        this.reached += 1;
        this.put(this.reached - 1);
      }
      this.isComplete = this.reached === catalogue.size;
      if (this.isComplete) return;
      await pause(REST * (performance.now() - began), undefined, { ref: false });
    }
  }

  /** Whether a place's text is in, so that it has to be put in anew where it changes. */
  holds(place: number): boolean {
    return this.held.has(place);
  }

  /** Puts in the text of a place as it is now, in place of what it was; or takes it out, where it is not to be found any more. */
  put(place: number): void {
    const { graph } = this;
    if (graph === undefined) return;
    if (place >= this.reached) {
      // What comes once all are in; before, it is looked at in its turn.
      if (!this.isComplete) return;
      if (place >= MOST_ITEMS) return this.letGo();
      this.reached = place + 1;
    }
    if (this.held.delete(place)) graph.remove(place);
    if (!this.isWanted(place)) return;
    const vector = this.catalogue.textVector(place);
    if (vector.every((value) => value === 0)) return;
    graph.add(place, vector);
    this.held.add(place);
  }

  /** Places of the texts nearest to a vector, nearest first; undefined where not all are in. */
  search(vector: Float32Array, limit: number): number[] | undefined {
    return this.isComplete ? this.graph?.nearest(vector, limit) : undefined;
  }

  private letGo(): void {
    this.graph = undefined;
    this.isComplete = false;
    this.held.clear();
  }
}
