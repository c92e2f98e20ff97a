import { release, type Tensor } from '../native/kernels';
import type { SelfAttention } from './attention';
import { chain } from './chain';
import { dropout } from './dropout';
import type { Block } from './encoder-block';
import type { FeedForward } from './feed-forward';
import type { Forward, Pass } from './layer';
import type { LayerNorm } from './layer-norm';
import type { Linear } from './linear';
import type { Packing } from './packing';
import type { ScoreBias } from './score-bias';

/** The parts of one block of a pre-norm encoder. */
export interface PreNormBlockParts {
  attentionNorm: LayerNorm;
  attention: SelfAttention;
  attentionOutput: Linear;
  feedForwardNorm: LayerNorm;
  feedForward: FeedForward;
}

/**
 * One block of a pre-norm transformer (Radford et al. 2019): `h = x + drop(attention(norm(x)))`, `y = h + drop(feedForward(norm(h)))`.
 * What flows from block to block is a plain sum, so its gradient goes past each branch as it is.
 */
export class PreNormBlock implements Block {
  constructor(
    private readonly parts: PreNormBlockParts,
    private readonly dropoutRate: number,
  ) {}

  get linears(): Linear[] {
    const { attention, attentionOutput, feedForward } = this.parts;
    return [attention.projections, attentionOutput, feedForward.inner, feedForward.outer];
  }

  get adapted(): boolean {
    return this.linears.some(({ slots }) => slots.some(({ adapter }) => adapter));
  }

  forward(x: Tensor, packing: Packing, pass: Pass, bias?: ScoreBias): Forward {
    const { attentionNorm, attention, attentionOutput, feedForwardNorm, feedForward } = this.parts;
    const attend = (normal: Tensor): Forward => {
      const context = attention.forward(normal, packing, pass, bias);
      return chain(context, attentionOutput.forward(context.y, pass));
    };
    const middle = this.residual(x, attentionNorm, attend, pass);
    return chain(
      middle,
      this.residual(middle.y, feedForwardNorm, (normal) => feedForward.forward(normal, pass), pass),
    );
  }

  /** `x + drop(branch(norm(x)))`. */
  private residual(x: Tensor, norm: LayerNorm, branch: (normal: Tensor) => Forward, pass: Pass): Forward {
    const { kernels } = pass;
    const normal = norm.forward(x, pass);
    const branched = chain(normal, branch(normal.y));
    const dropped = dropout(kernels, pass.dropout, this.dropoutRate, branched.y);
    const y = kernels.add(x, dropped.y);
    release(branched.y, dropped.y);
    const { backward: branchBackward } = branched;
    if (!branchBackward) return { y };
    const backward = (dy: Tensor): Tensor => {
      const dBranch = dropped.undo(dy);
      const through = branchBackward(dBranch);
      const dx = kernels.add(dy, through);
      release(dBranch, through);
      return dx;
    };
    return { y, backward };
  }
}
