import { release, type Tensor } from '../native/kernels';
import type { Activation } from './activation';
import type { Forward, Pass } from './layer';
import { Linear, type LinearSlot } from './linear';

/** The block's two dense layers with an activation between them: `dInner = dActivated · f'(inner)`. */
export class FeedForward {
  readonly inner: Linear;
  readonly outer: Linear;

  constructor(
    inner: LinearSlot,
    outer: LinearSlot,
    private readonly activation: Activation,
  ) {
    this.inner = new Linear([inner], [{ weight: activation.inner, bias: activation.inner }]);
    this.outer = new Linear([outer], [{ weight: activation.outer, bias: 1 }]);
  }

  /** `x [rows, hidden]` → `[rows, hidden]`. */
  forward(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const inner = this.inner.forward(x, pass);
    const activated = this.activation.apply(kernels, inner.y);
    const outer = this.outer.forward(activated.y, pass);
    activated.y.release();
    const { backward: innerBackward } = inner;
    const { backward: outerBackward } = outer;
    if (!innerBackward || !outerBackward) {
      inner.y.release();
      activated.forget();
      return { y: outer.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dActivated = outerBackward(dy);
      const slope = activated.slope();
      const dInner = kernels.multiply(dActivated, slope);
      release(dActivated, slope, inner.y);
      const dx = innerBackward(dInner);
      dInner.release();
      return dx;
    };
    return { y: outer.y, backward };
  }
}
