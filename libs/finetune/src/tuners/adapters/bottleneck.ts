import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { EncoderConfig } from '@attune/artifact';
import { referenceActivation } from '../../encoders/reference-forward';
import { activation } from '../../layers/activation';
import type { BranchAdapter, BranchSlot } from '../../layers/encoder-block';
import { FeedForward } from '../../layers/feed-forward';
import type { Forward, Pass } from '../../layers/layer';
import type { Linear } from '../../layers/linear';
import { Parameter } from '../../layers/parameter';
import { loadTensorFlow } from '../../native/tensorflow';
import type { Kernels, Tensor } from '../../native/kernels';
import type { Random } from '../../random';

/** Deviation of the initial weights, near enough to zero for the adapter to start as next to nothing (Houlsby et al. 2019, section 3.6). */
const INITIAL_DEVIATION = 1e-2;

export interface BottleneckOptions {
  hidden: number;
  /** Units between the two dense layers. */
  size: number;
  activation: EncoderConfig['activation'];
}

/**
 * A bottleneck adapter (Houlsby et al. 2019) on the output of a block's branch: `y = x + U f(D x + d) + u`, with `D [size, hidden]` and
 * `U [hidden, size]`. It stays beside the weights: what is between its products is no linear function.
 */
export class Bottleneck implements BranchAdapter {
  private readonly layers: FeedForward;

  private constructor(
    private readonly slot: BranchSlot,
    private readonly kind: EncoderConfig['activation'],
    readonly parameters: Record<'down' | 'downBias' | 'up' | 'upBias', Parameter>,
  ) {
    const { down, downBias, up, upBias } = parameters;
    const name = `${slot.name}.adapter`;
    this.layers = new FeedForward(
      { name: `${name}.down`, weight: down, bias: downBias },
      { name: `${name}.up`, weight: up, bias: upBias },
      activation(kind),
    );
  }

  /** Puts an adapter on a branch. */
  static fromBase(kernels: Kernels, slot: BranchSlot, options: BottleneckOptions, random: Random): Bottleneck {
    const { hidden, size, activation: kind } = options;
    const noise = (): Float32Array => Float32Array.from({ length: size * hidden }, () => INITIAL_DEVIATION * random.normal());
    const name = `${slot.name}.adapter`;
    const adapter = new Bottleneck(slot, kind, {
      down: new Parameter(kernels, `${name}.down.weight`, [size, hidden], noise()),
      downBias: new Parameter(kernels, `${name}.down.bias`, [size], new Float32Array(size)),
      up: new Parameter(kernels, `${name}.up.weight`, [hidden, size], noise()),
      upBias: new Parameter(kernels, `${name}.up.bias`, [hidden], new Float32Array(hidden)),
    });
    slot.adapter = adapter;
    return adapter;
  }

  get linears(): Linear[] {
    return [this.layers.inner, this.layers.outer];
  }

  /** Backward: `dx = dy + ` what comes back through the two layers. */
  forward(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const inner = this.layers.forward(x, pass);
    const y = kernels.add(x, inner.y);
    inner.y.release();
    const { backward: innerBackward } = inner;
    if (!innerBackward) return { y };
    const backward = (dy: Tensor): Tensor => {
      const through = innerBackward(dy);
      const dx = kernels.add(dy, through);
      through.release();
      return dx;
    };
    return { y, backward };
  }

  adapt(states: TensorFlow.Tensor, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor {
    const tf = loadTensorFlow();
    const hidden = states.shape.at(-1) ?? 0;
    const rows = states.reshape([-1, hidden]) as TensorFlow.Tensor2D;
    const lowered = tf.matMul(rows, own('down') as TensorFlow.Tensor2D, false, true).add(own('downBias'));
    const activated = referenceActivation(tf, lowered, this.kind) as TensorFlow.Tensor2D;
    const raised = tf.matMul(activated, own('up') as TensorFlow.Tensor2D, false, true);
    return states.add(raised.add(own('upBias')).reshape(states.shape));
  }

  dispose(): void {
    this.slot.adapter = undefined;
    for (const linear of this.linears) linear.forgetWeights();
    for (const parameter of Object.values(this.parameters)) parameter.dispose();
  }
}
