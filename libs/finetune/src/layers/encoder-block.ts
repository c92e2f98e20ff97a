import { release, type Tensor } from '../native/kernels';
import type { SelfAttention } from './attention';
import { dropout } from './dropout';
import type { FeedForward } from './feed-forward';
import type { Forward, Pass } from './layer';
import type { LayerNorm } from './layer-norm';
import type { Linear } from './linear';
import type { Packing } from './packing';

/** The parts of one block of a post-norm encoder. */
export interface EncoderBlockParts {
  attention: SelfAttention;
  attentionOutput: Linear;
  attentionNorm: LayerNorm;
  feedForward: FeedForward;
  outputNorm: LayerNorm;
}

/**
 * One block of a post-norm transformer encoder (Vaswani et al. 2017, Devlin et al. 2018):
 * `h = norm(x + drop(attention(x)))`, `y = norm(h + drop(feedForward(h)))`.
 */
export class EncoderBlock {
  constructor(
    private readonly parts: EncoderBlockParts,
    private readonly dropoutRate: number,
  ) {}

  /** The dense layers, by which adapters are placed and prepared weights forgotten. */
  get linears(): Linear[] {
    const { attention, attentionOutput, feedForward } = this.parts;
    return [attention.projections, attentionOutput, feedForward.inner, feedForward.outer];
  }

  /** `x [flowing, hidden]` → `[flowing, hidden]`. */
  forward(x: Tensor, packing: Packing, pass: Pass): Forward {
    const attended = this.attend(x, packing, pass);
    const transformed = this.residual(attended.y, this.parts.feedForward.forward(attended.y, pass), this.parts.outputNorm, pass);
    attended.y.release();
    const { backward: attendBackward } = attended;
    const { backward: transformBackward } = transformed;
    if (!attendBackward || !transformBackward) return { y: transformed.y };
    const backward = (dy: Tensor): Tensor => {
      const dh = transformBackward(dy);
      const dx = attendBackward(dh);
      dh.release();
      return dx;
    };
    return { y: transformed.y, backward };
  }

  private attend(x: Tensor, packing: Packing, pass: Pass): Forward {
    const context = this.parts.attention.forward(x, packing, pass);
    const output = this.parts.attentionOutput.forward(context.y, pass);
    context.y.release();
    const { backward: contextBackward } = context;
    const { backward: outputBackward } = output;
    const branch: Forward = { y: output.y };
    if (contextBackward && outputBackward) {
      branch.backward = (dy) => {
        const dContext = outputBackward(dy);
        const dx = contextBackward(dContext);
        dContext.release();
        return dx;
      };
    }
    return this.residual(x, branch, this.parts.attentionNorm, pass);
  }

  /** `norm(x + drop(branch(x)))`; consumes the branch's output. */
  private residual(x: Tensor, branch: Forward, norm: LayerNorm, pass: Pass): Forward {
    const { kernels } = pass;
    const dropped = dropout(kernels, pass.dropout, this.dropoutRate, branch.y);
    const sum = kernels.add(x, dropped.y);
    const normal = norm.forward(sum, pass);
    release(branch.y, dropped.y, sum);
    const { backward: branchBackward } = branch;
    const { backward: normBackward } = normal;
    if (!branchBackward || !normBackward) return { y: normal.y };
    const backward = (dy: Tensor): Tensor => {
      const dSum = normBackward(dy);
      const dDropped = dropped.undo(dSum);
      const dBranch = branchBackward(dDropped);
      const dx = kernels.add(dSum, dBranch);
      release(dSum, dDropped, dBranch);
      return dx;
    };
    return { y: normal.y, backward };
  }
}
