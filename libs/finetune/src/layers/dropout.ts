import { release, type Kernels, type Tensor } from '../native/kernels';
import { Random } from '../random';

/** Values in the pool of random bits, and the steps after which it is drawn anew. */
const POOL_SIZE = 1 << 21;
const STEPS_PER_POOL = 32;
/** Values from which on a window begins at a multiple of 64 bytes, where TensorFlow cuts it out without copying it. */
const LARGE_WINDOW = 1 << 17;
const ALIGNMENT = 64 / Float32Array.BYTES_PER_ELEMENT;

/**
 * Masks for dropout (Srivastava et al. 2014): 0 with probability `rate`, else 1 / (1 - rate).
 *
 * Drawing a number for each value of each activation would cost more than the products of a small encoder. So masks are
 * windows, at random places, of a pool of random bits that is drawn anew every few steps. Everything follows from the seed
 * and the number of the step: a resumed run draws the same masks.
 */
export class DropoutSource {
  private pools = new Map<number, Tensor>();
  private poolNumber = -1;
  private offsets = new Random(0);

  constructor(
    private readonly kernels: Kernels,
    private readonly seed: number,
  ) {}

  /** Sets the step (and the micro-batch in it) whose masks are drawn next. */
  startStep(step: number, microBatch = 0): void {
    const pool = Math.floor(step / STEPS_PER_POOL);
    if (pool !== this.poolNumber) {
      this.dispose();
      this.poolNumber = pool;
    }
    this.offsets = new Random(this.seed).fork(`masks ${step} ${microBatch}`);
  }

  /** Draws a mask for `size` values. It holds no memory until `mask` makes it, so a backward pass can make it again. */
  draw(size: number, rate: number): DropoutMask {
    const starts: number[] = [];
    const unit = size < LARGE_WINDOW ? 1 : ALIGNMENT;
    for (let made = 0; made < size; made += POOL_SIZE / 2) starts.push(unit * this.offsets.integer(POOL_SIZE / 2 / unit));
    return { size, rate, starts };
  }

  /** The mask's values, in the shape given. */
  mask(drawn: DropoutMask, shape: number[]): Tensor {
    const pool = this.pool(drawn.rate);
    const parts = drawn.starts.map((start, i) =>
      this.kernels.slice(pool, start, Math.min(POOL_SIZE / 2, drawn.size - i * (POOL_SIZE / 2))),
    );
    const flat = this.kernels.concat(parts, 0);
    const mask = this.kernels.reshape(flat, shape);
    release(flat, ...parts);
    return mask;
  }

  private pool(rate: number): Tensor {
    let pool = this.pools.get(rate);
    if (!pool) {
      pool = this.drawPool(rate);
      this.pools.set(rate, pool);
    }
    return pool;
  }

  private drawPool(rate: number): Tensor {
    const random = new Random(this.seed).fork(`pool ${this.poolNumber} ${rate}`);
    const values = new Float32Array(POOL_SIZE);
    const threshold = Math.round(rate * 65536);
    const kept = 1 / (1 - threshold / 65536);
    for (let i = 0; i < POOL_SIZE; i += 2) {
      const bits = random.uint32();
      values[i] = (bits & 0xffff) < threshold ? 0 : kept;
      values[i + 1] = bits >>> 16 < threshold ? 0 : kept;
    }
    return this.kernels.floats(values, [POOL_SIZE]);
  }

  dispose(): void {
    for (const pool of this.pools.values()) pool.release();
    this.pools.clear();
    this.poolNumber = -1;
  }
}

/** A mask that was drawn: its place in the pool. */
export interface DropoutMask {
  size: number;
  rate: number;
  starts: number[];
}

/** `x` with some values dropped, and the mask for the way back; `x` itself where nothing is dropped. */
export function dropout(
  kernels: Kernels,
  source: DropoutSource | undefined,
  rate: number,
  x: Tensor,
): { y: Tensor; undo: (dy: Tensor) => Tensor } {
  if (!source || rate === 0) return { y: x.retain(), undo: (dy) => dy.retain() };
  const size = x.shape.reduce((product, extent) => product * extent, 1);
  const drawn = source.draw(size, rate);
  const apply = (values: Tensor): Tensor => {
    const mask = source.mask(drawn, values.shape);
    const result = kernels.multiply(values, mask);
    mask.release();
    return result;
  };
  return { y: apply(x), undo: apply };
}
