import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Backward, Forward, Pass } from './layer';
import type { Parameter } from './parameter';

/** A low-rank (or other) update beside a dense layer, added to its output. */
export interface LinearAdapter {
  /** What is added to the layer's output `[rows, out]` for `x [rows, in]`; `backward` returns its part of dx. */
  forward(x: Tensor, pass: Pass): Forward;
  /** The adapter's own parameters, by the names that `adaptWeight` asks for. */
  readonly parameters: Record<string, Parameter>;
  /** The layer's weight with the update in it, in plain tfjs operations; what the reference computes with. */
  adaptWeight(weight: TensorFlow.Tensor2D, own: (name: string) => TensorFlow.Tensor2D): TensorFlow.Tensor2D;
}

/** One dense layer: `weight [out, in]`, `bias [out]`, and an adapter where a tuner put one. */
export interface LinearSlot {
  /** The layer's name, such as `encoder.layer.0.attention.self.query`. */
  name: string;
  weight: Parameter;
  bias: Parameter;
  adapter?: LinearAdapter;
}

/** Constant factors of a dense layer's products and biases, folded into the parameters, which are smaller than what flows. */
export interface LinearFactors {
  weight: number;
  bias: number;
}

const UNSCALED: LinearFactors = { weight: 1, bias: 1 };

/**
 * Dense layers over the same input as one product: `y = factor.weight · x Wᵀ + factor.bias · b`, the outputs side by side.
 * Backward: `dx = dy W`, `dW = dyᵀ x`, `db = Σ dy`, each times its factor.
 */
export class Linear {
  private prepared: { weight: Tensor; bias: Tensor } | undefined;

  constructor(
    readonly slots: LinearSlot[],
    private readonly factors: LinearFactors[] = slots.map(() => UNSCALED),
  ) {}

  /** Lets go of weights prepared for products; to be called before the parameters or the precision change. */
  forgetWeights(): void {
    release(this.prepared?.weight, this.prepared?.bias);
    this.prepared = undefined;
  }

  /** Whether an update changes what was prepared. */
  get learns(): boolean {
    return this.slots.some((slot) => slot.weight.trainable || slot.bias.trainable);
  }

  /** `x [rows, in]` → `y [rows, out]`. `operand` is `x` as the products take it, where the caller has it already. */
  forward(x: Tensor, pass: Pass, operand?: Tensor): Forward {
    const { kernels } = pass;
    const { weight, bias } = (this.prepared ??= this.prepare(kernels));
    const input = operand?.retain() ?? kernels.operand(x);
    const product = kernels.product(input, weight, false, true);
    let y = kernels.addBias(product, bias);
    product.release();
    let adapters: Backward | undefined;
    if (this.slots.some((slot) => slot.adapter)) {
      const adapted = this.addAdapters(x, y, pass);
      y.release();
      y = adapted.y;
      adapters = adapted.backward;
    }
    if (!pass.training) {
      input.release();
      return { y };
    }
    weight.retain();
    const backward = (dy: Tensor): Tensor => {
      const gradient = kernels.operand(dy);
      this.collectGradients(kernels, dy, gradient, input);
      let dx = kernels.product(gradient, weight);
      release(gradient, input, weight);
      if (adapters) {
        const fromAdapters = adapters(dy);
        const sum = kernels.add(dx, fromAdapters);
        release(dx, fromAdapters);
        dx = sum;
      }
      return dx;
    };
    return { y, backward };
  }

  private prepare(kernels: Kernels): { weight: Tensor; bias: Tensor } {
    const weights = this.slots.map((slot, i) => kernels.scale(slot.weight.value(), this.factors[i].weight));
    const biases = this.slots.map((slot, i) => kernels.scale(slot.bias.value(), this.factors[i].bias));
    const joined = kernels.concat(weights, 0);
    const bias = kernels.concat(biases, 0);
    const weight = kernels.operand(joined);
    release(joined, ...weights, ...biases);
    for (const slot of this.slots) {
      slot.weight.forgetValue();
      slot.bias.forgetValue();
    }
    return { weight, bias };
  }

  private collectGradients(kernels: Kernels, dy: Tensor, gradient: Tensor, input: Tensor): void {
    const sizes = this.slots.map((slot) => slot.weight.shape[0]);
    if (this.slots.some((slot) => slot.weight.trainable)) {
      const joined = kernels.product(gradient, input, true, false);
      const parts = kernels.split(joined, sizes, 0);
      joined.release();
      this.distribute(kernels, parts, 'weight');
    }
    if (this.slots.some((slot) => slot.bias.trainable)) {
      const joined = kernels.sumRows(dy);
      const parts = kernels.split(joined, sizes, 0);
      joined.release();
      this.distribute(kernels, parts, 'bias');
    }
  }

  private distribute(kernels: Kernels, parts: Tensor[], part: 'weight' | 'bias'): void {
    parts.forEach((gradient, i) => {
      const parameter = this.slots[i][part];
      if (parameter.trainable) parameter.accumulate(kernels.scale(gradient, this.factors[i][part]));
      gradient.release();
    });
  }

  private addAdapters(x: Tensor, base: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const rows = x.shape[0];
    const sizes = this.slots.map((slot) => slot.weight.shape[0]);
    const updates = this.slots.map((slot) => slot.adapter?.forward(x, pass));
    const scaled = updates.map((update, i) =>
      update ? kernels.scale(update.y, this.factors[i].weight) : kernels.floats(new Float32Array(rows * sizes[i]), [rows, sizes[i]]),
    );
    const joined = kernels.concat(scaled, 1);
    const y = kernels.add(base, joined);
    release(joined, ...scaled, ...updates.map((update) => update?.y));
    if (!pass.training) return { y };
    const backward = (dy: Tensor): Tensor => {
      const parts = kernels.split(dy, sizes, 1);
      const gradients = updates.flatMap((update, i) => {
        if (!update?.backward) return [];
        const part = kernels.scale(parts[i], this.factors[i].weight);
        const dx = update.backward(part);
        part.release();
        return [dx];
      });
      const sum = kernels.sum(gradients);
      release(...parts, ...gradients);
      return sum;
    };
    return { y, backward };
  }
}
