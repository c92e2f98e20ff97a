import type { Parameter } from '../layers/parameter';
import { release, type Kernels, type Tensor } from '../native/kernels';

/** A parameter that is drawn to a place. */
export interface Anchor {
  parameter: Parameter;
  /** Where it is drawn to, of its shape; where it is now, where there is none. */
  centre?: Float32Array;
  strength: number;
  /** How much each of its values counts, of its shape; all alike where there is none. */
  importance?: Float32Array;
}

interface Held {
  parameter: Parameter;
  centre: Tensor;
  strength: number;
  /** Square root of the importance. */
  root: Tensor | undefined;
}

/**
 * `Σ λ/2 · F (w - w₀)²` over parameters, with the gradient `λ F (w - w₀)`: L2-SP (Li, Grandvalet and Davoine 2018) where all values count alike
 * and w₀ is where training starts from, elastic weight consolidation (Kirkpatrick et al. 2017) where F is the diagonal of the Fisher
 * information on earlier data.
 */
export class AnchoredPenalty {
  private readonly held: Held[];

  constructor(
    private readonly kernels: Kernels,
    anchors: readonly Anchor[],
  ) {
    this.held = anchors.map(({ parameter, centre, strength, importance }) => ({
      parameter,
      centre: kernels.floats(centre ?? parameter.toHost().values, parameter.shape),
      strength,
      root: importance && kernels.floats(importance.map(Math.sqrt), parameter.shape),
    }));
  }

  /** Adds the penalty's gradient to those of the parameters that learn now, and gives the penalty. */
  addGradients(): number {
    const halves = this.held.flatMap((held) => (held.parameter.trainable ? [this.addGradient(held)] : []));
    if (halves.length === 0) return 0;
    const sum = this.kernels.sum(halves);
    const penalty = sum.scalar();
    release(sum, ...halves);
    return penalty;
  }

  /** @returns a scalar, the caller's */
  private addGradient({ parameter, centre, strength, root }: Held): Tensor {
    const { kernels } = this;
    const value = parameter.readOnce();
    const difference = kernels.subtract(value, centre);
    value.release();
    const weighted = root ? kernels.multiply(root, difference) : difference.retain();
    const half = kernels.halfSquaredNorm(weighted);
    const penalty = kernels.scale(half, strength);
    const direction = root ? kernels.multiply(root, weighted) : weighted.retain();
    parameter.accumulate(kernels.scale(direction, strength));
    release(difference, weighted, half, direction);
    return penalty;
  }

  dispose(): void {
    for (const { centre, root } of this.held) release(centre, root);
    this.held.length = 0;
  }
}
