import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Forward, Pass } from './layer';
import { Linear, type LinearSlot } from './linear';

const HALF_ROOT = Math.SQRT1_2;
/** ln(2 / √π): the factor of the error function's derivative, taken into its exponent. */
const LOG_ERF_SLOPE = Math.log(2 / Math.sqrt(Math.PI));

/**
 * The block's two dense layers with the exact GELU between them (Hendrycks and Gimpel 2016): `gelu(a) = a/2 · (1 + erf(a / √2))`.
 *
 * With `u = a / √2`, `gelu(a) = √½ · u (1 + erf u)`: the first layer's parameters carry the `1 / √2`, the second's weights the `√½`.
 * Backward: `d(u (1 + erf u)) / du = (1 + erf u) + u · 2/√π · exp(-u²)`.
 */
export class FeedForward {
  readonly inner: Linear;
  readonly outer: Linear;

  constructor(inner: LinearSlot, outer: LinearSlot) {
    this.inner = new Linear([inner], [{ weight: HALF_ROOT, bias: HALF_ROOT }]);
    this.outer = new Linear([outer], [{ weight: HALF_ROOT, bias: 1 }]);
  }

  /** `x [rows, hidden]` → `[rows, hidden]`. */
  forward(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const inner = this.inner.forward(x, pass);
    const curve = kernels.erf(inner.y);
    const raised = kernels.add(curve, kernels.constant(1));
    const activated = kernels.multiply(inner.y, raised);
    const outer = this.outer.forward(activated, pass);
    release(curve, activated);
    const { backward: innerBackward } = inner;
    const { backward: outerBackward } = outer;
    if (!innerBackward || !outerBackward) {
      release(inner.y, raised);
      return { y: outer.y };
    }
    const backward = (dy: Tensor): Tensor => {
      const dActivated = outerBackward(dy);
      const slope = geluSlope(kernels, inner.y, raised);
      const dInner = kernels.multiply(dActivated, slope);
      release(dActivated, slope, inner.y, raised);
      const dx = innerBackward(dInner);
      dInner.release();
      return dx;
    };
    return { y: outer.y, backward };
  }
}

function geluSlope(kernels: Kernels, u: Tensor, raised: Tensor): Tensor {
  const square = kernels.square(u);
  const exponent = kernels.subtract(kernels.constant(LOG_ERF_SLOPE), square);
  const bell = kernels.exp(exponent);
  const weighted = kernels.multiply(u, bell);
  const slope = kernels.add(raised, weighted);
  release(square, exponent, bell, weighted);
  return slope;
}
