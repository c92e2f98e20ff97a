import { DropoutSource, type DropoutMask } from '../layers/dropout';
import type { Parameter } from '../layers/parameter';
import type { TrainableNetwork } from '../network/trainable-network';
import { release, type Kernels, type Tensor } from '../native/kernels';

/** A weight as it learns, while the mixed one stands in its place. */
interface Mixed {
  parameter: Parameter;
  learned: Tensor;
  mask: DropoutMask;
}

/**
 * Mixout (Lee, Cho and Kang 2020): in each step a weight of the encoder's dense layers is, with probability p, the pretrained one. With
 * `k` 0 with probability p and else 1 / (1 - p), the pass sees `u + k (w - u)` for the learned weight w and the pretrained u, which is w on the
 * average; so the gradient of w is k times that of what the pass saw.
 */
export class Mixout {
  private readonly masks: DropoutSource;
  private readonly pretrained = new Map<Parameter, Tensor>();
  private mixed: Mixed[] = [];

  /** @param network as it is before it learns anything */
  constructor(
    private readonly network: TrainableNetwork,
    parameters: readonly Parameter[],
    private readonly probability: number,
    seed: number,
  ) {
    const { kernels } = network;
    this.masks = new DropoutSource(kernels, seed);
    for (const parameter of parameters) {
      if (!isDenseWeight(parameter)) continue;
      const { values, shape } = parameter.toHost();
      this.pretrained.set(parameter, kernels.floats(values, shape));
    }
  }

  private get kernels(): Kernels {
    return this.network.kernels;
  }

  /** Puts the mixed weights of a step in the places of those that learn now. */
  mix(step: number): void {
    this.masks.startStep(step);
    this.network.forgetLearningWeights();
    for (const [parameter, pretrained] of this.pretrained) {
      if (!parameter.trainable) continue;
      const mask = this.masks.draw(parameter.size, this.probability);
      const learned = parameter.readOnce();
      const difference = this.kernels.subtract(learned, pretrained);
      const kept = this.masked(difference, mask);
      const mixed = this.kernels.add(pretrained, kept);
      parameter.put(mixed);
      release(difference, kept, mixed);
      this.mixed.push({ parameter, learned, mask });
    }
  }

  /** Puts the learned weights back, and turns the gradients that the passes collected into theirs. */
  unmix(): void {
    this.network.forgetLearningWeights();
    for (const { parameter, learned, mask } of this.mixed) {
      parameter.put(learned);
      learned.release();
      const { gradient } = parameter;
      if (!gradient) continue;
      const own = this.masked(gradient, mask);
      parameter.clearGradient();
      parameter.accumulate(own);
    }
    this.mixed = [];
    this.kernels.forgetLists();
  }

  private masked(values: Tensor, mask: DropoutMask): Tensor {
    const factors = this.masks.mask(mask, values.shape);
    const result = this.kernels.multiply(values, factors);
    factors.release();
    return result;
  }

  dispose(): void {
    this.masks.dispose();
    release(...this.pretrained.values());
    this.pretrained.clear();
  }
}

/** As in the authors' code: products of the encoder's blocks, not embeddings, norms or the head. */
function isDenseWeight({ name, shape }: Parameter): boolean {
  return /^encoder\.layer\.\d+\..*\.weight$/.test(name) && shape.length === 2;
}
