import { release, type Tensor } from '../native/kernels';
import type { Forward, Pass } from './layer';
import type { Parameter } from './parameter';

/**
 * Layer normalisation over the last axis (Ba et al. 2016): `y = γ · x̂ + β`, `x̂ = (x - mean) / √(variance + ε)`.
 * Backward: with `g = γ · dy`, `dx = (g - mean(g) - x̂ · mean(g · x̂)) / √(variance + ε)`, `dγ = Σ dy · x̂`, `dβ = Σ dy`.
 * The two means are products with `γ / width`, which saves forming `g · x̂`.
 */
export class LayerNorm {
  constructor(
    readonly gain: Parameter,
    readonly bias: Parameter,
    private readonly epsilon: number,
  ) {}

  /** `x [rows, width]` → `[rows, width]`. */
  forward(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const mean = kernels.meanOverLast(x);
    const squares = kernels.squaredDifference(x, mean);
    const variance = kernels.meanOverLast(squares);
    const shifted = kernels.add(variance, kernels.constant(this.epsilon));
    const inverse = kernels.rsqrt(shifted);
    const centred = kernels.subtract(x, mean);
    const normal = kernels.multiply(centred, inverse);
    const scaled = kernels.multiply(normal, this.gain.value());
    const y = kernels.addBias(scaled, this.bias.value());
    release(mean, squares, variance, shifted, centred, scaled);
    if (!pass.training) {
      release(normal, inverse);
      return { y };
    }
    const backward = (dy: Tensor): Tensor => this.backward(dy, normal, inverse, pass);
    return { y, backward };
  }

  private backward(dy: Tensor, normal: Tensor, inverse: Tensor, { kernels }: Pass): Tensor {
    const width = this.gain.size;
    const aligned = kernels.multiply(dy, normal);
    if (this.gain.trainable) this.gain.accumulate(kernels.sumRows(aligned));
    if (this.bias.trainable) this.bias.accumulate(kernels.sumRows(dy));
    const gain = this.gain.value();
    const share = kernels.scale(gain, 1 / width);
    const column = kernels.reshape(share, [width, 1]);
    const meanGradient = kernels.matMul(dy, column);
    const meanAligned = kernels.matMul(aligned, column);
    const gradient = kernels.multiply(dy, gain);
    const along = kernels.multiply(normal, meanAligned);
    const centred = kernels.subtract(gradient, meanGradient);
    const across = kernels.subtract(centred, along);
    const dx = kernels.multiply(across, inverse);
    release(aligned, share, column, meanGradient, meanAligned, gradient, along, centred, across, normal, inverse);
    return dx;
  }
}
