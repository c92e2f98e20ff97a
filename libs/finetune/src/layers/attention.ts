import { release, type Kernels, type Tensor } from '../native/kernels';
import { dropout } from './dropout';
import type { Forward, Pass } from './layer';
import { Linear, type LinearSlot } from './linear';
import type { Packing } from './packing';
import type { ScoreBias } from './score-bias';

/**
 * Multi-head scaled dot-product self-attention (Vaswani et al. 2017) with one product for query, key and value; the
 * scale `1 / √width` of the scores is carried by the query's parameters, or where the three are one layer, by the query itself.
 * Backward of the softmax `p = softmax(s)`: `ds = p · (dp - Σ dp · p)`.
 */
export class SelfAttention {
  readonly projections: Linear;
  /** Of the query, as far as its parameters do not carry it. */
  private readonly queryScale: number;

  /** @param slots query, key and value, or one layer that gives all three side by side */
  constructor(
    slots: [query: LinearSlot, key: LinearSlot, value: LinearSlot] | [all: LinearSlot],
    private readonly heads: number,
    private readonly dropoutRate: number,
  ) {
    const outputs = slots.reduce((sum, { weight }) => sum + weight.shape[0], 0);
    const scale = 1 / Math.sqrt(outputs / 3 / heads);
    this.queryScale = slots.length === 1 ? scale : 1;
    if (slots.length === 1) {
      this.projections = new Linear(slots);
      return;
    }
    this.projections = new Linear(slots, [
      { weight: scale, bias: scale },
      { weight: 1, bias: 1 },
      { weight: 1, bias: 1 },
    ]);
  }

  /** `x [flowing, hidden]` → context `[flowing, hidden]`. */
  forward(x: Tensor, packing: Packing, pass: Pass, bias?: ScoreBias): Forward {
    const { kernels } = pass;
    const projected = this.projections.forward(x, pass);
    const [plain, key, value] = this.separate(projected.y, packing, kernels);
    const query = this.scaleQuery(plain, kernels);
    release(projected.y, plain);
    const probabilities = this.probabilities(query, key, [packing.maskBias, bias?.value], kernels);
    const dropped = dropout(kernels, pass.dropout, this.dropoutRate, probabilities);
    const heads = kernels.batchMatMul(dropped.y, value);
    const y = this.join(heads, packing, kernels);
    heads.release();
    const { backward: projectionBackward } = projected;
    if (!projectionBackward) {
      release(query, key, value, probabilities, dropped.y);
      return { y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dHeads = this.takeApart(dy, packing, kernels);
      const dValue = kernels.batchMatMul(dropped.y, dHeads, true, false);
      const dDropped = kernels.batchMatMul(dHeads, value, false, true);
      release(dHeads, dropped.y, value);
      const dProbabilities = dropped.undo(dDropped);
      dDropped.release();
      const dScores = softmaxBackward(kernels, probabilities, dProbabilities);
      release(dProbabilities, probabilities);
      bias?.backward(dScores);
      const dScaled = kernels.batchMatMul(dScores, key);
      const dQuery = this.scaleQuery(dScaled, kernels);
      const dKey = kernels.batchMatMul(dScores, query, true, false);
      release(dScores, dScaled, query, key);
      const dProjected = this.unite([dQuery, dKey, dValue], packing, kernels);
      release(dQuery, dKey, dValue);
      const dx = projectionBackward(dProjected);
      dProjected.release();
      return dx;
    };
    return { y, backward };
  }

  private scaleQuery(query: Tensor, kernels: Kernels): Tensor {
    return this.queryScale === 1 ? query.retain() : kernels.scale(query, this.queryScale);
  }

  /** `[flowing, 3 · hidden]` → query, key, value, each `[batch, heads, tokens, width]`. */
  private separate(projected: Tensor, packing: Packing, kernels: Kernels): Tensor[] {
    const { rows, tokens } = packing;
    const width = projected.shape[1] / 3 / this.heads;
    const rectangle = packing.spread(projected);
    const shaped = kernels.reshape(rectangle, [rows, tokens, 3, this.heads, width]);
    const ordered = kernels.transpose(shaped, [2, 0, 3, 1, 4]);
    const parts = kernels.unpack(ordered);
    release(rectangle, shaped, ordered);
    return parts;
  }

  /** The way back of `separate`. */
  private unite(gradients: Tensor[], packing: Packing, kernels: Kernels): Tensor {
    const { rows, tokens } = packing;
    const packed = kernels.pack(gradients);
    const ordered = kernels.transpose(packed, [1, 3, 0, 2, 4]);
    const flat = kernels.reshape(ordered, [rows * tokens, ordered.shape[2] * ordered.shape[3] * ordered.shape[4]]);
    const collected = packing.collect(flat);
    release(packed, ordered, flat);
    return collected;
  }

  private probabilities(query: Tensor, key: Tensor, summands: readonly (Tensor | undefined)[], kernels: Kernels): Tensor {
    let scores = kernels.batchMatMul(query, key, false, true);
    for (const summand of summands) {
      if (!summand) continue;
      const sum = kernels.add(scores, summand);
      scores.release();
      scores = sum;
    }
    const probabilities = kernels.softmax(scores);
    scores.release();
    return probabilities;
  }

  /** `[batch, heads, tokens, width]` → `[flowing, hidden]`. */
  private join(heads: Tensor, packing: Packing, kernels: Kernels): Tensor {
    const ordered = kernels.transpose(heads, [0, 2, 1, 3]);
    const flat = kernels.reshape(ordered, [packing.rows * packing.tokens, heads.shape[1] * heads.shape[3]]);
    const collected = packing.collect(flat);
    release(ordered, flat);
    return collected;
  }

  /** The way back of `join`. */
  private takeApart(dy: Tensor, packing: Packing, kernels: Kernels): Tensor {
    const rectangle = packing.scatter(dy);
    const shaped = kernels.reshape(rectangle, [packing.rows, packing.tokens, this.heads, dy.shape[1] / this.heads]);
    const heads = kernels.transpose(shaped, [0, 2, 1, 3]);
    release(rectangle, shaped);
    return heads;
  }
}

function softmaxBackward(kernels: Kernels, probabilities: Tensor, gradient: Tensor): Tensor {
  const weighted = kernels.multiply(gradient, probabilities);
  const total = kernels.sumOverLast(weighted);
  const shared = kernels.multiply(probabilities, total);
  const result = kernels.subtract(weighted, shared);
  release(weighted, total, shared);
  return result;
}
