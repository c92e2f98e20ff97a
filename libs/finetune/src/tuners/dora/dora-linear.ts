import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { Forward, Pass } from '../../layers/layer';
import type { LinearAdapter, LinearSlot } from '../../layers/linear';
import type { Gain } from '../../layers/linear-gain';
import { Parameter } from '../../layers/parameter';
import { loadTensorFlow } from '../../native/tensorflow';
import { release, type Kernels, type Tensor } from '../../native/kernels';
import type { Random } from '../../random';
import { LoraLinear, type LoraOptions } from '../lora/lora-linear';
import type { DenseLayer } from '../merge';

/**
 * A dense layer's weight as magnitude and direction (Liu et al. 2024): `W' = m · V / ‖V‖`, `V = W + s · B A`, the norm over each
 * output's row. `m [out]` starts as the rows' norms and `B` as zeros, so the layer starts as it was. As in the paper (section 4.3)
 * and in PEFT no gradient goes through the norm: `y = (m / ‖V‖) · (x Wᵀ + s · drop(x) Aᵀ Bᵀ) + b`. (Under dropout PEFT drops values
 * of `x` in `x Wᵀ`, too, as far as `m / ‖V‖` differs from 1.) `fuse` makes `W'` the layer's weight and `unfuse` puts back what was there.
 */
export class DoraLinear implements LinearAdapter {
  private base: DenseLayer | undefined;

  private constructor(
    readonly lora: LoraLinear,
    readonly magnitude: Parameter,
  ) {}

  /** Takes a layer's weight apart; its own parameters stop learning. */
  static fromBase(kernels: Kernels, slot: LinearSlot, options: LoraOptions, random: Random): DoraLinear {
    const lora = LoraLinear.fromBase(kernels, slot, options, random);
    const { shape, values } = slot.weight.toHost();
    const magnitude = new Parameter(kernels, `${slot.name}.lora_magnitude_vector`, [shape[0]], rowNorms(values, shape[1]));
    const layer = new DoraLinear(lora, magnitude);
    slot.adapter = layer;
    return layer;
  }

  get slot(): LinearSlot {
    return this.lora.slot;
  }

  get parameters(): Record<string, Parameter> {
    return { ...this.lora.parameters, m: this.magnitude };
  }

  update(x: Tensor, pass: Pass): Forward {
    return this.lora.update(x, pass);
  }

  /** `m / ‖V‖`, with `dm = dg / ‖V‖`. */
  outputGain({ kernels, training }: Pass): Gain {
    const { magnitude } = this;
    const inverse = this.inverseNorms(kernels);
    const value = kernels.multiply(magnitude.value(), inverse);
    if (!training) inverse.release();
    const accumulate = (gradient: Tensor): void => {
      magnitude.accumulate(kernels.multiply(gradient, inverse));
      release(gradient, inverse);
    };
    return { value, accumulate };
  }

  /** `1 / ‖V‖`, `[out]`, in float32 whatever the precision. */
  private inverseNorms(kernels: Kernels): Tensor {
    const { a, b } = this.lora;
    const product = kernels.matMul(b.value(), a.value());
    const update = kernels.scale(product, this.lora.scale);
    const weight = this.slot.weight.readOnce();
    const direction = kernels.add(weight, update);
    const squares = kernels.square(direction);
    const sums = kernels.sumOverLast(squares);
    const inverse = kernels.rsqrt(sums);
    const flat = kernels.reshape(inverse, [this.magnitude.size]);
    release(product, update, weight, direction, squares, sums, inverse);
    return flat;
  }

  adaptWeight(weight: TensorFlow.Tensor2D, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D {
    const tf = loadTensorFlow();
    const direction = this.lora.adaptWeight(weight, own);
    const inverseNorms = tf.customGrad((input) => {
      const value = (input as TensorFlow.Tensor).square().sum(1, true).rsqrt();
      return { value, gradFunc: () => tf.zeros(weight.shape) };
    });
    return direction.mul(inverseNorms(direction)).mul(own('m').reshape([-1, 1]));
  }

  /** A layer with `W'` as its weight. */
  merged(layer: DenseLayer): DenseLayer {
    const { weight, bias } = this.lora.merged(layer);
    const input = weight.shape[1];
    const { values: magnitudes } = this.magnitude.toHost();
    const factors = rowNorms(weight.values, input).map((norm, row) => magnitudes[row] / norm);
    return { weight: { shape: weight.shape, values: weight.values.map((value, i) => value * factors[Math.floor(i / input)]) }, bias };
  }

  /** Makes `W'` the layer's weight and takes the adapter off. */
  fuse(): void {
    const { slot } = this;
    this.base = { weight: slot.weight.toHost(), bias: slot.bias.toHost() };
    slot.weight.assign(this.merged(this.base).weight.values);
    slot.adapter = undefined;
  }

  /** Puts the layer back as it was, with the adapter on it: the inverse of `fuse`. */
  unfuse(): void {
    if (this.base) this.slot.weight.assign(this.base.weight.values);
    this.base = undefined;
    this.slot.adapter = this;
  }

  dispose(): void {
    this.lora.dispose();
    this.magnitude.dispose();
  }
}

/** Euclidean length of each row of `width` values. */
function rowNorms(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let squares = 0;
    for (let i = row * width; i < (row + 1) * width; i++) squares += values[i] ** 2;
    return Math.sqrt(squares);
  });
}
