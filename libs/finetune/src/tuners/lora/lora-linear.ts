import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { NamedTensor } from '@attune/artifact';
import { dropout } from '../../layers/dropout';
import type { Forward, Pass } from '../../layers/layer';
import type { LinearAdapter, LinearSlot } from '../../layers/linear';
import { Parameter } from '../../layers/parameter';
import { release, type Kernels, type Tensor } from '../../native/kernels';
import type { Random } from '../../random';
import type { DenseLayer } from '../merge';

export interface LoraOptions {
  rank: number;
  alpha: number;
  dropout: number;
}

/**
 * A low-rank update beside a dense layer (Hu et al. 2021): `y += s · drop(x) Aᵀ Bᵀ` with `A [rank, in]`, `B [out, rank]`,
 * `s = alpha / rank`. `A` starts as Kaiming-uniform noise and `B` as zeros, as in PEFT, so the update starts as nothing.
 * `fuse` puts the update into the layer's weight and `unfuse` takes it out again.
 */
export class LoraLinear implements LinearAdapter {
  private constructor(
    readonly slot: LinearSlot,
    readonly a: Parameter,
    readonly b: Parameter,
    private readonly options: LoraOptions,
  ) {}

  /** Puts an update on a layer, whose own parameters stop learning. */
  static fromBase(kernels: Kernels, slot: LinearSlot, options: LoraOptions, random: Random): LoraLinear {
    const [out, input] = slot.weight.shape;
    const bound = 1 / Math.sqrt(input);
    const noise = Float32Array.from({ length: options.rank * input }, () => (2 * random.uniform() - 1) * bound);
    const a = new Parameter(kernels, `${slot.name}.lora_A.weight`, [options.rank, input], noise);
    const b = new Parameter(kernels, `${slot.name}.lora_B.weight`, [out, options.rank], new Float32Array(out * options.rank));
    const layer = new LoraLinear(slot, a, b, options);
    slot.weight.trainable = false;
    slot.bias.trainable = false;
    slot.adapter = layer;
    return layer;
  }

  get parameters(): Record<string, Parameter> {
    return { a: this.a, b: this.b };
  }

  /** `W + s · B A`. Dropout before the product has no place here: the reference trains without it. */
  adaptWeight(weight: TensorFlow.Tensor2D, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D {
    return weight.add(own('b').matMul(own('a')).mul(this.scale));
  }

  /** `s`. */
  get scale(): number {
    return this.options.alpha / this.options.rank;
  }

  /** Backward, with `z = drop(x) Aᵀ` and `g = s · dy`: `dB = gᵀ z`, `dz = g B`, `dA = dzᵀ drop(x)`, `dx = drop(dz A)`. */
  update(x: Tensor, pass: Pass): Forward {
    const { kernels } = pass;
    const dropped = dropout(kernels, pass.dropout, this.options.dropout, x);
    const inner = kernels.matMul(dropped.y, this.a.value(), false, true);
    const update = kernels.matMul(inner, this.b.value(), false, true);
    const y = kernels.scale(update, this.scale);
    update.release();
    if (!pass.training) {
      release(dropped.y, inner);
      return { y };
    }
    const backward = (dy: Tensor): Tensor => {
      const gradient = kernels.scale(dy, this.scale);
      this.b.accumulate(kernels.matMul(gradient, inner, true, false));
      const dInner = kernels.matMul(gradient, this.b.value());
      this.a.accumulate(kernels.matMul(dInner, dropped.y, true, false));
      const dDropped = kernels.matMul(dInner, this.a.value());
      const dx = dropped.undo(dDropped);
      release(gradient, dInner, dDropped, dropped.y, inner);
      return dx;
    };
    return { y, backward };
  }

  /** `s · B A`, `[out, in]`. */
  updateOfWeight(): Float32Array {
    const a = this.a.toHost();
    const b = this.b.toHost();
    const [rank, input] = a.shape;
    const [out] = b.shape;
    const result = new Float32Array(out * input);
    for (let row = 0; row < out; row++) {
      for (let k = 0; k < rank; k++) {
        const factor = this.scale * b.values[row * rank + k];
        for (let column = 0; column < input; column++) result[row * input + column] += factor * a.values[k * input + column];
      }
    }
    return result;
  }

  /** Adds the update to the layer's weight and takes the adapter off. */
  fuse(): void {
    this.addToWeight(1);
    this.slot.adapter = undefined;
  }

  /** Takes the update out of the layer's weight and puts the adapter back on: the inverse of `fuse`. */
  unfuse(): void {
    this.addToWeight(-1);
    this.slot.adapter = this;
  }

  private addToWeight(sign: 1 | -1): void {
    this.slot.weight.assign(this.updated(this.slot.weight.toHost(), sign).values);
  }

  /** A layer with the update added to its weight. */
  merged({ weight, bias }: DenseLayer): DenseLayer {
    return { weight: this.updated(weight, 1), bias };
  }

  private updated(weight: NamedTensor, sign: 1 | -1): NamedTensor {
    const update = this.updateOfWeight();
    return { shape: weight.shape, values: weight.values.map((value, i) => value + sign * update[i]) };
  }

  dispose(): void {
    this.slot.adapter = undefined;
    this.a.dispose();
    this.b.dispose();
  }
}
