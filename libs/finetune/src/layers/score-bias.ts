import { relativeBucket } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Packing } from './packing';
import type { Parameter } from './parameter';

/** The bucket of the distance of each token from each, `[tokens × tokens]`, the query's first. */
export function bucketsOfDistances(tokens: number, buckets: number): Int32Array {
  const ofDistance = Int32Array.from({ length: 2 * tokens - 1 }, (_, at) => relativeBucket(at - tokens + 1, buckets));
  return Int32Array.from({ length: tokens * tokens }, (_, at) => ofDistance[(at % tokens) - Math.floor(at / tokens) + tokens - 1]);
}

/** 0 where a query, `[tokens × tokens]` with its own place first, may see the key; else so little that its attention is 0 in float32. */
export function causalMask(tokens: number): Float32Array {
  return Float32Array.from({ length: tokens * tokens }, (_, at) => (at % tokens > Math.floor(at / tokens) ? HIDDEN : 0));
}

const HIDDEN = -1e9;

/** What blocks add to their attention scores in one pass over a batch; the pass's owner releases it after the way back. */
export interface ScoreBias {
  /** `[1, heads or 1, tokens, tokens]` */
  value: Tensor;
  /** Takes the gradient of the scores of a block, `[batch, heads, tokens, tokens]`, which stays the caller's. */
  backward(dScores: Tensor): void;
  release(): void;
}

/**
 * A learned summand of attention scores for how far the key stands from the query, one for each head and bucket of distances, shared by
 * all blocks (MPNet, Song et al. 2020). Backward: the sum of the scores' gradients by bucket.
 */
export class RelativeBias {
  constructor(
    /** `[buckets, heads]` */
    private readonly table: Parameter,
  ) {}

  forward({ tokens }: Packing, kernels: Kernels): ScoreBias {
    const { table } = this;
    const [buckets, heads] = table.shape;
    const rows = kernels.ints(bucketsOfDistances(tokens, buckets));
    const gathered = kernels.gather(table.value(), rows);
    const ordered = kernels.transpose(gathered, [1, 0]);
    const value = kernels.reshape(ordered, [1, heads, tokens, tokens]);
    release(gathered, ordered);
    const backward = (dScores: Tensor): void => {
      if (!table.trainable) return;
      const flat = kernels.reshape(dScores, [dScores.shape[0], heads * tokens * tokens]);
      const sum = kernels.sumRows(flat);
      const matrix = kernels.reshape(sum, [heads, tokens * tokens]);
      const ordered = kernels.transpose(matrix, [1, 0]);
      table.accumulate(kernels.segmentSum(ordered, rows, buckets));
      release(flat, sum, matrix, ordered);
    };
    return { value, backward, release: () => release(value, rows) };
  }
}

/** Hides from each token those after it. */
export function causalBias({ tokens }: Packing, kernels: Kernels): ScoreBias {
  const value = kernels.floats(causalMask(tokens), [1, 1, tokens, tokens]);
  return { value, backward: () => undefined, release: () => value.release() };
}
