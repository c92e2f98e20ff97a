import { AttuneError } from '@attune/artifact';

/** Neighbours of a vector in the graph, and how many are looked at when one is put in and when one is searched for. */
const CONNECTIVITY = 16;
const EXPANSION_ADD = 64;
const EXPANSION_SEARCH = 96;

const load = () => import('usearch');
type UsearchIndex = InstanceType<Awaited<ReturnType<typeof load>>['Index']>;

/**
 * An HNSW graph in memory (Malkov and Yashunin 2018; USearch), of vectors of one dimension in half precision: less than a millisecond for the
 * nearest of some ten thousand. It knows vectors by whole numbers and does not give them back: whoever puts them in has them.
 */
export class VectorGraph {
  private constructor(
    private readonly index: UsearchIndex,
    readonly dimension: number,
  ) {}

  /** Undefined where the native part does not load, as on a system for which none was built: a database searches then. */
  static async open(dimension: number): Promise<VectorGraph | undefined> {
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
    return new VectorGraph(index, dimension);
  }

  get size(): number {
    return this.index.size();
  }

  /** Puts a vector in, which is not there. @throws AttuneError `bad-model` where it has another dimension */
  add(id: number, vector: Float32Array): void {
    this.check(vector);
    this.index.add(BigInt(id), vector, 1);
  }

  remove(id: number): void {
    this.index.remove(BigInt(id));
  }

  /**
   * Those with the largest dot product with a vector, about in the order of it: nearly all of those that are nearest.
   *
   * @throws AttuneError `bad-model` where it has another dimension
   */
  nearest(vector: Float32Array, limit: number): number[] {
    this.check(vector);
    const { size } = this;
    return size === 0 ? [] : Array.from(this.index.search(vector, Math.min(limit, size), 1).keys, Number);
  }

  private check({ length }: Float32Array): void {
    if (length === this.dimension) return;
    throw new AttuneError('bad-model', `A vector of ${length} numbers is none of an encoder with ${this.dimension}.`);
  }
}
