import { setImmediate } from 'node:timers/promises';
import type { DenseHit } from '@attune/dialogue';
import { MemoryVectors } from '@attune/storage';
import type { SearchedChange, SearchedDirectory } from '../resources/revised-directory';
import type { KnownEncoder } from './vector-index';

/** Vectors that are held in memory at most; the database searches among more. Of 384 numbers each they take 270 MB. */
const MOST_VECTORS = 100_000;
/** Encoders whose vectors are held: the one that serves, and the one before or after it. */
const MOST_ENCODERS = 2;
/** Vectors that are read at once, and put in at once: other work gets its turn in between. */
const READ = 500;
const PUT_IN = 10;

/** Reads vectors of an encoder; those that it does not have are left out. */
export type VectorReader = (encoder: KnownEncoder, ids: readonly number[]) => Promise<ReadonlyMap<number, Float32Array>>;

/** The vectors of one encoder. */
interface Held {
  readonly encoder: KnownEncoder;
  readonly vectors: MemoryVectors;
  /** What is known, and had no vector of this encoder when it was looked for. */
  readonly lacking: Set<number>;
  /** Whether everything that is known was looked for. */
  isComplete: boolean;
  /** Whether something became known that was not looked for. */
  isBehind: boolean;
  /** The filling that is under way. */
  filling: Promise<void> | undefined;
}

/**
 * The vectors of what a directory knows, in memory, as the database has them: loaded in the background, and from then on brought up to
 * date together with the directory, whoever writes. A search in it is one in the database without the way there.
 */
export class VectorMemory {
  private readonly held = new Map<number, Held>();

  constructor(
    private readonly directory: SearchedDirectory,
    private readonly read: VectorReader,
  ) {
    directory.accompany((change) => this.accompany(change));
  }

  /**
   * Holds the vectors of an encoder from now on, and looks again for those that it lacks. Until all are there, and where they are too
   * many or cannot be held at all, nothing is found here.
   *
   * @param signal ends the filling
   * @returns when all are there that the database has
   */
  async hold(encoder: KnownEncoder, signal?: AbortSignal): Promise<void> {
    const held = this.held.get(encoder.id) ?? (await this.open(encoder));
    if (held === undefined) return;
    // The one that was asked for last is let go last.
    this.held.delete(encoder.id);
    this.held.set(encoder.id, held);
    held.filling ??= this.fill(held, signal).finally(() => (held.filling = undefined));
    await held.filling;
  }

  /** The nearest to a vector among those of its encoder; undefined where they are not held. */
  search({ id }: KnownEncoder, embedding: Float32Array, limit: number): DenseHit[] | undefined {
    const held = this.held.get(id);
    if (held?.isComplete !== true) return undefined;
    return held.vectors.search(embedding, limit).map(({ id: textId, cosine }) => ({ textId, cosine }));
  }

  /** How near each text is to a vector of its encoder; undefined where they are not held. */
  cosines({ id }: KnownEncoder, embedding: Float32Array): ((textId: number) => number | undefined) | undefined {
    const held = this.held.get(id);
    return held?.isComplete === true ? (textId) => held.vectors.cosine(embedding, textId) : undefined;
  }

  private async open(encoder: KnownEncoder): Promise<Held | undefined> {
    const vectors = await MemoryVectors.open(encoder.dimension);
    const known = this.held.get(encoder.id);
    if (known !== undefined || vectors === undefined) return known;
    const held: Held = { encoder, vectors, lacking: new Set(), isComplete: false, isBehind: false, filling: undefined };
    this.held.set(encoder.id, held);
    for (const oldest of this.held.keys()) if (this.held.size > MOST_ENCODERS) this.held.delete(oldest);
    return held;
  }

  private async fill(held: Held, signal?: AbortSignal): Promise<void> {
    if (held.isComplete) return this.putIn(held, [...held.lacking]);
    do {
      held.isBehind = false;
      const known = [...this.directory.searched()];
      if (known.length > MOST_VECTORS) return this.letGo(held);
      for (let start = 0; start < known.length; start += READ) {
        if (signal?.aborted === true) return;
        await this.putIn(held, known.slice(start, start + READ));
      }
    } while (held.isBehind);
    held.isComplete = this.held.get(held.encoder.id) === held;
  }

  /** Reads vectors and puts them in, unless what they are of is gone by then. */
  private async putIn(held: Held, ids: readonly number[], isWanted = (id: number) => this.directory.isSearched(id)): Promise<void> {
    const wanted = ids.filter((id) => !held.vectors.has(id));
    for (let start = 0; start < wanted.length; start += READ) {
      const batch = wanted.slice(start, start + READ);
      const found = await this.read(held.encoder, batch);
      for (const [place, id] of batch.entries()) {
        if (place % PUT_IN === PUT_IN - 1) await setImmediate();
        const vector = found.get(id);
        held.lacking.delete(id);
        if (!isWanted(id) || held.vectors.has(id)) continue;
        if (vector === undefined) held.lacking.add(id);
        else held.vectors.add(id, vector);
      }
    }
  }

  /** What comes is put in before it is known, so that it is never known without; what goes is removed right after. */
  private async accompany({ added, removed }: SearchedChange): Promise<() => void> {
    const coming = new Set(added);
    for (const held of [...this.held.values()]) {
      if (held.vectors.size + added.length > MOST_VECTORS) this.letGo(held);
      else await this.putIn(held, added, (id) => coming.has(id));
    }
    const gone = removed.filter((id) => !coming.has(id));
    return () => {
      for (const held of this.held.values()) {
        const { vectors, lacking } = held;
        for (const id of gone) {
          vectors.remove(id);
          lacking.delete(id);
        }
        // An encoder that came in between: the database searches until all are there.
        if (!added.every((id) => vectors.has(id) || lacking.has(id))) {
          held.isBehind = true;
          held.isComplete = false;
        }
      }
    };
  }

  private letGo(held: Held): void {
    held.isComplete = false;
    this.held.delete(held.encoder.id);
  }
}
