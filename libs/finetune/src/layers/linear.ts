import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Forward, Pass } from './layer';
import { applyGain, gainsBias, joinedOutputGain, type Gain } from './linear-gain';
import type { Parameter } from './parameter';

/**
 * What a tuner put on a dense layer: `y = g_out · ((g_in · x) Wᵀ + update(g_in · x)) + b`, as far as it has these parts. The factors of the
 * outputs multiply the bias, too, where there is an `adaptBias`.
 */
export interface LinearAdapter {
  /** What is added to the layer's product `[rows, out]` for `x [rows, in]`; `backward` returns its part of dx. */
  update?(x: Tensor, pass: Pass): Forward;
  /** Factors of the inputs; for a layer that shares its input with no other. */
  inputGain?(pass: Pass): Gain;
  outputGain?(pass: Pass): Gain;
  /** The adapter's own parameters, by the names that `adaptWeight` asks for. */
  readonly parameters: Record<string, Parameter>;
  /** The layer's weight with the adapter in it, in plain tfjs operations; what the reference computes with. */
  adaptWeight(weight: TensorFlow.Tensor2D, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D;
  /** The layer's bias likewise, where the adapter changes it. */
  adaptBias?(bias: TensorFlow.Tensor1D, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor1D;
}

/** One dense layer: `weight [out, in]`, `bias [out]` where it has one, and an adapter where a tuner put one. */
export interface DenseSlot {
  /** The layer's name, such as `encoder.layer.0.attention.self.query`. */
  name: string;
  weight: Parameter;
  bias?: Parameter;
  adapter?: LinearAdapter;
}

/** A dense layer of an encoder, which has a bias. */
export interface LinearSlot extends DenseSlot {
  bias: Parameter;
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
    readonly slots: DenseSlot[],
    private readonly factors: LinearFactors[] = slots.map(() => UNSCALED),
  ) {}

  /** Lets go of weights prepared for products; to be called before the parameters or the precision change. */
  forgetWeights(): void {
    release(this.prepared?.weight, this.prepared?.bias);
    this.prepared = undefined;
  }

  /** Whether an update changes what was prepared. */
  get learns(): boolean {
    return this.slots.some((slot) => slot.weight.trainable || slot.bias?.trainable);
  }

  /** `x [rows, in]` → `y [rows, out]`. */
  forward(x: Tensor, pass: Pass): Forward {
    const inputGain = this.slots[0].adapter?.inputGain?.(pass);
    if (!inputGain) return this.multiply(x, pass);
    if (this.slots.length > 1) throw new RangeError(`${this.slots[0].name} shares its input with other layers`);
    const scaled = applyGain(x, inputGain, pass);
    const { y, backward: productBackward } = this.multiply(scaled.y, pass);
    scaled.y.release();
    const { backward: gainBackward } = scaled;
    if (!productBackward || !gainBackward) return { y };
    const backward = (dy: Tensor): Tensor => {
      const dScaled = productBackward(dy);
      const dx = gainBackward(dScaled);
      dScaled.release();
      return dx;
    };
    return { y, backward };
  }

  /** The product with its updates, then the factors of the outputs and the bias. */
  private multiply(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const { weight, bias } = (this.prepared ??= this.prepare(kernels));
    const input = kernels.operand(x);
    const product = kernels.product(input, weight, false, true);
    const hasUpdates = this.slots.some((slot) => slot.adapter?.update);
    const updates: Forward = hasUpdates ? this.addUpdates(x, product, pass) : { y: product.retain() };
    product.release();
    const finished = this.finish(updates.y, bias, pass);
    updates.y.release();
    const { y } = finished;
    if (!pass.training) {
      input.release();
      return { y };
    }
    weight.retain();
    const backward = (dy: Tensor): Tensor => {
      const dProduct = finished.backward?.(dy) ?? dy.retain();
      const gradient = kernels.operand(dProduct);
      this.collectGradients(kernels, { dBias: finished.gainsBias ? dProduct : dy, gradient, input });
      let dx = kernels.product(gradient, weight);
      release(gradient, input, weight);
      if (updates.backward) {
        const fromUpdates = updates.backward(dProduct);
        const sum = kernels.add(dx, fromUpdates);
        release(dx, fromUpdates);
        dx = sum;
      }
      dProduct.release();
      return dx;
    };
    return { y, backward };
  }

  /** `[rows, out]` times the factors of the outputs, where there are some, plus the bias. */
  private finish(product: Tensor, bias: Tensor, pass: Pass): Forward & { gainsBias: boolean } {
    const { kernels } = pass;
    const gain = joinedOutputGain(this.slots, pass);
    if (!gain) return { y: kernels.addBias(product, bias), gainsBias: false };
    const ofBias = this.slots.some(({ adapter }) => gainsBias(adapter));
    const inner = ofBias ? kernels.addBias(product, bias) : product.retain();
    const scaled = applyGain(inner, gain, pass);
    inner.release();
    if (ofBias) return { ...scaled, gainsBias: true };
    const y = kernels.addBias(scaled.y, bias);
    scaled.y.release();
    return { ...scaled, y, gainsBias: false };
  }

  private prepare(kernels: Kernels): { weight: Tensor; bias: Tensor } {
    const weights = this.slots.map((slot, i) => kernels.scale(slot.weight.value(), this.factors[i].weight));
    const biases = this.slots.map(({ weight: { shape }, bias }, i) =>
      bias ? kernels.scale(bias.value(), this.factors[i].bias) : kernels.floats(new Float32Array(shape[0]), [shape[0]]),
    );
    const joined = kernels.concat(weights, 0);
    const bias = kernels.concat(biases, 0);
    const weight = kernels.operand(joined);
    release(joined, ...weights, ...biases);
    for (const slot of this.slots) {
      slot.weight.forgetValue();
      slot.bias?.forgetValue();
    }
    return { weight, bias };
  }

  private collectGradients(kernels: Kernels, { dBias, gradient, input }: Record<'dBias' | 'gradient' | 'input', Tensor>): void {
    const sizes = this.slots.map((slot) => slot.weight.shape[0]);
    if (this.slots.some((slot) => slot.weight.trainable)) {
      const joined = kernels.product(gradient, input, true, false);
      const parts = kernels.split(joined, sizes, 0);
      joined.release();
      this.distribute(kernels, parts, 'weight');
    }
    if (this.slots.some((slot) => slot.bias?.trainable)) {
      const joined = kernels.sumRows(dBias);
      const parts = kernels.split(joined, sizes, 0);
      joined.release();
      this.distribute(kernels, parts, 'bias');
    }
  }

  private distribute(kernels: Kernels, parts: Tensor[], part: 'weight' | 'bias'): void {
    parts.forEach((gradient, i) => {
      const parameter = this.slots[i][part];
      if (parameter?.trainable) parameter.accumulate(kernels.scale(gradient, this.factors[i][part]));
      gradient.release();
    });
  }

  private addUpdates(x: Tensor, base: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const rows = x.shape[0];
    const sizes = this.slots.map((slot) => slot.weight.shape[0]);
    const updates = this.slots.map((slot) => slot.adapter?.update?.(x, pass));
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
