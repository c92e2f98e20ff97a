import { AttuneError, dotProduct } from '@attune/artifact';

/** Neighbours of a vector in the graph, and how many are looked at when one is put in and when one is searched for. */
const CONNECTIVITY = 16;
const EXPANSION_ADD = 64;
const EXPANSION_SEARCH = 96;

const load = () => import('usearch');
type UsearchIndex = InstanceType<Awaited<ReturnType<typeof load>>['Index']>;

/** Vectors that are looked at exactly beyond those asked for: the graph holds them halved, and takes near ones for equal. */
const LOOKED_AT_BEYOND = 16;

/** A vector near to the one searched for. */
export interface MemoryHit {
  readonly id: number;
  /** Dot product with the vector searched for: the cosine where both have length 1. */
  readonly cosine: number;
}

/**
 * Vectors of one dimension in memory, found by an HNSW graph (Malkov and Yashunin 2018; USearch) of half precision: less than a millisecond
 * for the nearest of some ten thousand, without the way to a database. Cosines are exact; which ones are the nearest is not always.
 */
export class MemoryVectors {
  private readonly vectors = new Map<number, Float32Array>();

  private constructor(
    private readonly index: UsearchIndex,
    readonly dimension: number,
  ) {}

  /** Undefined where the native part does not load, as on a system for which none was built: a database searches then. */
  static async open(dimension: number): Promise<MemoryVectors | undefined> {
    const usearch = await load().catch(() => undefined);
    if (usearch === undefined) return undefined;
    const { Index, MetricKind, ScalarKind } = usearch;
    const index = new Index({
      dimensions: dimension,
      metric: MetricKind.IP,
      quantization: ScalarKind.F16,
      connectivity: CONNECTIVITY,
      expansion_add: EXPANSION_ADD,
      expansion_search: EXPANSION_SEARCH,
      multi: false,
    });
    return new MemoryVectors(index, dimension);
  }

  get size(): number {
    return this.vectors.size;
  }

  has(id: number): boolean {
    return this.vectors.has(id);
  }

  /** Puts a vector in; one that is there stays. @throws AttuneError `bad-model` where it has another dimension */
  add(id: number, vector: Float32Array): void {
    this.check(vector);
    if (this.vectors.has(id)) return;
    this.index.add(BigInt(id), vector, 1);
    this.vectors.set(id, vector);
  }

  remove(id: number): void {
    if (this.vectors.delete(id)) this.index.remove(BigInt(id));
  }

  /** The vectors nearest to one, nearest first. @throws AttuneError `bad-model` where it has another dimension */
  search(vector: Float32Array, limit: number): MemoryHit[] {
    this.check(vector);
    const { size } = this;
    if (size === 0) return [];
    const { keys } = this.index.search(vector, Math.min(limit + LOOKED_AT_BEYOND, size), 1);
    const hits = Array.from(keys, Number).flatMap((id) => {
      const found = this.vectors.get(id);
      return found === undefined ? [] : [{ id, cosine: dotProduct(vector, found) }];
    });
    return hits.sort((a, b) => b.cosine - a.cosine).slice(0, limit);
  }

  /** How near one of the vectors is to another one; undefined where it is not there. */
  cosine(vector: Float32Array, id: number): number | undefined {
    const known = this.vectors.get(id);
    return known === undefined ? undefined : dotProduct(vector, known);
  }

  private check({ length }: Float32Array): void {
    if (length === this.dimension) return;
    throw new AttuneError('bad-model', `A vector of ${length} numbers is none of an encoder with ${this.dimension}.`);
  }
}
