import type { Batch } from '../data/example';
import type { Kernels, Tensor } from '../native/kernels';

/** Share of padding in a batch above which its tokens are packed. */
const PACK_ABOVE = 0.06;
/**
 * Where the tokens of a batch lie. Dense layers, norms and activations need no neighbours, so they run on rows of real
 * tokens alone; attention needs the rectangle `[batch, tokens]`. Where there is next to no padding the rectangle itself
 * is what flows, which saves the way there and back.
 */
export class Packing {
  readonly rows: number;
  readonly tokens: number;
  /** Rows that flow: real tokens with a few of padding, or all. */
  readonly flowing: number;
  /** Whether padding was taken out. */
  readonly packed: boolean;
  /** Place in the rectangle of each flowing row. */
  readonly places: Int32Array;
  /** Flowing row of each row's first token. */
  readonly firsts: Int32Array;
  private readonly toRectangle: Tensor | undefined;
  private readonly fromRectangle: Tensor | undefined;
  /** Added to attention scores `[batch, 1, 1, tokens]`; absent where no token is padding. */
  readonly maskBias: Tensor | undefined;

  constructor(
    private readonly kernels: Kernels,
    readonly batch: Batch,
  ) {
    const { rows, tokens, lengths } = batch;
    this.rows = rows;
    this.tokens = tokens;
    const real = lengths.reduce((sum, length) => sum + length, 0);
    const cells = rows * tokens;
    const rounded = roundUp(real);
    this.packed = cells - real > PACK_ABOVE * cells && rounded < cells;
    this.flowing = this.packed ? rounded : cells;
    this.places = new Int32Array(this.flowing);
    this.firsts = new Int32Array(rows);
    // A cell of padding takes any row that flows: attention masks it as a key, and its query goes nowhere.
    const sources = new Int32Array(cells);
    let next = 0;
    let padding = this.flowing - real;
    for (let row = 0; row < rows; row++) {
      this.firsts[row] = next;
      const filled = Math.min(padding, tokens - lengths[row]);
      padding -= filled;
      for (let token = 0; token < lengths[row] + filled; token++, next++) {
        this.places[next] = row * tokens + token;
        sources[row * tokens + token] = next;
      }
    }
    if (this.packed) {
      this.toRectangle = kernels.ints(sources);
      this.fromRectangle = kernels.ints(this.places);
    }
    if (real < cells) this.maskBias = this.makeMaskBias();
  }

  private makeMaskBias(): Tensor {
    const { rows, tokens, lengths } = this.batch;
    const bias = new Float32Array(rows * tokens);
    for (let row = 0; row < rows; row++) bias.fill(-1e9, row * tokens + lengths[row], (row + 1) * tokens);
    return this.kernels.floats(bias, [rows, 1, 1, tokens]);
  }

  /** `[flowing, width]` → `[batch × tokens, width]`. */
  spread(x: Tensor): Tensor {
    return this.toRectangle ? this.kernels.gather(x, this.toRectangle) : x.retain();
  }

  /** `[batch × tokens, width]` → `[flowing, width]`. */
  collect(x: Tensor): Tensor {
    return this.fromRectangle ? this.kernels.gather(x, this.fromRectangle) : x.retain();
  }

  /** `[flowing, width]` → `[batch × tokens, width]` with zeros at padding: the way back of `collect`. */
  scatter(dx: Tensor): Tensor {
    return this.fromRectangle ? this.kernels.segmentSum(dx, this.fromRectangle, this.rows * this.tokens) : dx.retain();
  }

  dispose(): void {
    this.toRectangle?.release();
    this.fromRectangle?.release();
    this.maskBias?.release();
  }
}

/**
 * Flowing row of a real token.
 *
 * @param place row × tokens + token
 */
export function flowingRow(place: number, { firsts, tokens }: Packing): number {
  return firsts[Math.floor(place / tokens)] + (place % tokens);
}

/**
 * The next of 16 to 32 numbers of rows in each doubling. For each number of rows that it meets, oneDNN compiles
 * products and keeps them, some 350 kB a product in bfloat16; without rounding nearly every packed batch would have a number of its own.
 */
function roundUp(rows: number): number {
  const grain = 2 ** Math.max(0, Math.floor(Math.log2(rows / 16)));
  return Math.ceil(rows / grain) * grain;
}
