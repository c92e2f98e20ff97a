import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { release, type Tensor } from '../native/kernels';
import type { SelfAttention } from './attention';
import { dropout } from './dropout';
import type { FeedForward } from './feed-forward';
import type { Forward, Pass } from './layer';
import type { LayerNorm } from './layer-norm';
import type { Linear } from './linear';
import type { Packing } from './packing';
import type { Parameter } from './parameter';
import type { ScoreBias } from './score-bias';

/** What a tuner put on the output of a branch of a block, before it joins the residual. */
export interface BranchAdapter {
  /** `[rows, hidden]` → `[rows, hidden]`. */
  forward(x: Tensor, pass: Pass): Forward;
  /** Its dense layers, whose prepared weights are to be forgotten as they learn. */
  readonly linears: Linear[];
  /** Its own parameters, by the names that `adapt` asks for. */
  readonly parameters: Record<string, Parameter>;
  /** The same in plain tfjs operations, over the last axis; what the reference computes with. */
  adapt(states: TensorFlow.Tensor, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor;
}

/** Where an adapter may stand: `encoder.layer.0.attention.output`, after attention's output layer, or `encoder.layer.0.output`. */
export interface BranchSlot {
  name: string;
  adapter?: BranchAdapter;
}

/** One block of an encoder. */
export interface Block {
  /** The dense layers, by which adapters are placed and prepared weights forgotten. */
  readonly linears: Linear[];
  /** Whether a tuner has put anything on the block. */
  readonly adapted: boolean;
  /** `x [flowing, hidden]` → `[flowing, hidden]`. */
  forward(x: Tensor, packing: Packing, pass: Pass, bias?: ScoreBias): Forward;
}

/** The parts of one block of a post-norm encoder. */
export interface EncoderBlockParts {
  attention: SelfAttention;
  attentionOutput: Linear;
  attentionBranch: BranchSlot;
  attentionNorm: LayerNorm;
  feedForward: FeedForward;
  outputBranch: BranchSlot;
  outputNorm: LayerNorm;
}

/**
 * One block of a post-norm transformer encoder (Vaswani et al. 2017, Devlin et al. 2018):
 * `h = norm(x + drop(attention(x)))`, `y = norm(h + drop(feedForward(h)))`; an adapter `a` on a branch makes it `norm(x + a(drop(…)))`.
 */
export class EncoderBlock implements Block {
  constructor(
    private readonly parts: EncoderBlockParts,
    private readonly dropoutRate: number,
  ) {}

  get linears(): Linear[] {
    const { attention, attentionOutput, feedForward } = this.parts;
    const adapters = this.branches.flatMap(({ adapter }) => adapter?.linears ?? []);
    return [attention.projections, attentionOutput, feedForward.inner, feedForward.outer, ...adapters];
  }

  get adapted(): boolean {
    return this.branches.some(({ adapter }) => adapter) || this.linears.some(({ slots }) => slots.some(({ adapter }) => adapter));
  }

  private get branches(): BranchSlot[] {
    return [this.parts.attentionBranch, this.parts.outputBranch];
  }

  forward(x: Tensor, packing: Packing, pass: Pass, bias?: ScoreBias): Forward {
    const attended = this.attend(x, packing, pass, bias);
    const { feedForward, outputBranch, outputNorm } = this.parts;
    const transformed = this.residual(attended.y, feedForward.forward(attended.y, pass), { slot: outputBranch, norm: outputNorm }, pass);
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

  private attend(x: Tensor, packing: Packing, pass: Pass, bias: ScoreBias | undefined): Forward {
    const context = this.parts.attention.forward(x, packing, pass, bias);
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
    return this.residual(x, branch, { slot: this.parts.attentionBranch, norm: this.parts.attentionNorm }, pass);
  }

  /** `norm(x + a(drop(branch(x))))`; consumes the branch's output. */
  private residual(x: Tensor, branch: Forward, { slot, norm }: { slot: BranchSlot; norm: LayerNorm }, pass: Pass): Forward {
    const { kernels } = pass;
    const dropped = dropout(kernels, pass.dropout, this.dropoutRate, branch.y);
    const adapted: Forward = slot.adapter?.forward(dropped.y, pass) ?? { y: dropped.y.retain(), backward: (dy) => dy.retain() };
    const sum = kernels.add(x, adapted.y);
    const normal = norm.forward(sum, pass);
    release(branch.y, dropped.y, adapted.y, sum);
    const { backward: branchBackward } = branch;
    const { backward: adapterBackward } = adapted;
    const { backward: normBackward } = normal;
    if (!branchBackward || !adapterBackward || !normBackward) return { y: normal.y };
    const backward = (dy: Tensor): Tensor => {
      const dSum = normBackward(dy);
      const dAdapted = adapterBackward(dSum);
      const dDropped = dropped.undo(dAdapted);
      const dBranch = branchBackward(dDropped);
      const dx = kernels.add(dSum, dBranch);
      release(dSum, dAdapted, dDropped, dBranch);
      return dx;
    };
    return { y: normal.y, backward };
  }
}
