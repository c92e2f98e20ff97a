import { dotProduct } from '@attune/artifact';
import { VectorGraph } from './vector-graph';

/** Vectors that are looked at exactly beyond those asked for: the graph holds them halved, and takes near ones for equal. */
const LOOKED_AT_BEYOND = 16;

/** A vector near to the one searched for. */
export interface MemoryHit {
  readonly id: number;
  /** Dot product with the vector searched for: the cosine where both have length 1. */
  readonly cosine: number;
}

/** Vectors of one dimension in memory, found by a graph (see `VectorGraph`). Cosines are exact; which ones are the nearest is not always. */
export class MemoryVectors {
  private readonly vectors = new Map<number, Float32Array>();

  private constructor(private readonly graph: VectorGraph) {}

  /** Undefined where the native part does not load, as on a system for which none was built: a database searches then. */
  static async open(dimension: number): Promise<MemoryVectors | undefined> {
    const graph = await VectorGraph.open(dimension);
    return graph === undefined ? undefined : new MemoryVectors(graph);
  }

  get size(): number {
    return this.vectors.size;
  }

  has(id: number): boolean {
    return this.vectors.has(id);
  }

  /** Puts a vector in; one that is there stays. @throws AttuneError `bad-model` where it has another dimension */
  add(id: number, vector: Float32Array): void {
    if (this.vectors.has(id)) return;
    this.graph.add(id, vector);
    this.vectors.set(id, vector);
  }

  remove(id: number): void {
    if (this.vectors.delete(id)) this.graph.remove(id);
  }

  /** The vectors nearest to one, nearest first. @throws AttuneError `bad-model` where it has another dimension */
  search(vector: Float32Array, limit: number): MemoryHit[] {
    const hits = this.graph.nearest(vector, limit + LOOKED_AT_BEYOND).flatMap((id) => {
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
}
