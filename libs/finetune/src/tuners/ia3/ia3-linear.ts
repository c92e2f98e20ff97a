import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { NamedTensor } from '@attune/artifact';
import type { LinearAdapter, LinearSlot } from '../../layers/linear';
import type { Gain } from '../../layers/linear-gain';
import { Parameter } from '../../layers/parameter';
import type { Kernels } from '../../native/kernels';
import type { DenseLayer } from '../merge';

/** Whether the inputs of a layer are scaled (the feed-forward's second), or its outputs (keys and values). */
export type Ia3Side = 'inputs' | 'outputs';

/**
 * Learned factors of a dense layer (Liu et al. 2022): `y = l · (x Wᵀ + b)` over its outputs, or `y = (l · x) Wᵀ + b` over its
 * inputs. They start as ones, so the layer starts as it was. `fuse` multiplies them into the layer and `unfuse` puts back what was there.
 */
export class Ia3Linear implements LinearAdapter {
  private base: DenseLayer | undefined;
  inputGain?: LinearAdapter['inputGain'];
  outputGain?: LinearAdapter['outputGain'];
  adaptBias?: LinearAdapter['adaptBias'];

  private constructor(
    readonly slot: LinearSlot,
    readonly side: Ia3Side,
    readonly factors: Parameter,
  ) {
    if (side === 'inputs') {
      this.inputGain = () => this.gain();
    } else {
      this.outputGain = () => this.gain();
      this.adaptBias = (bias, own) => bias.mul(own('l'));
    }
  }

  /** Puts factors on a layer, whose own parameters stop learning. */
  static fromBase(kernels: Kernels, slot: LinearSlot, side: Ia3Side): Ia3Linear {
    const [out, input] = slot.weight.shape;
    const width = side === 'inputs' ? input : out;
    const factors = new Parameter(kernels, `${slot.name}.ia3_l`, [width], new Float32Array(width).fill(1));
    const layer = new Ia3Linear(slot, side, factors);
    slot.weight.trainable = false;
    slot.bias.trainable = false;
    slot.adapter = layer;
    return layer;
  }

  get parameters(): Record<string, Parameter> {
    return { l: this.factors };
  }

  adaptWeight(weight: TensorFlow.Tensor2D, own: (name: string) => TensorFlow.Tensor): TensorFlow.Tensor2D {
    return weight.mul(own('l').reshape(this.side === 'inputs' ? [1, -1] : [-1, 1]));
  }

  private gain(): Gain {
    return { value: this.factors.value().retain(), accumulate: (gradient) => this.factors.accumulate(gradient) };
  }

  /** A weight and its bias with the factors multiplied in. */
  merged({ weight, bias }: DenseLayer): DenseLayer {
    const { values: factors } = this.factors.toHost();
    const [, input] = weight.shape;
    const ofRow = this.side === 'outputs';
    const scaled = (tensor: NamedTensor, factor: (place: number) => number): NamedTensor => ({
      shape: tensor.shape,
      values: tensor.values.map((value, place) => value * factor(place)),
    });
    return {
      weight: scaled(weight, (place) => factors[ofRow ? Math.floor(place / input) : place % input]),
      bias: ofRow ? scaled(bias, (place) => factors[place]) : bias,
    };
  }

  /** Multiplies the factors into the layer and takes them off. */
  fuse(): void {
    const { slot } = this;
    this.base = { weight: slot.weight.toHost(), bias: slot.bias.toHost() };
    const { weight, bias } = this.merged(this.base);
    slot.weight.assign(weight.values);
    slot.bias.assign(bias.values);
    slot.adapter = undefined;
  }

  /** Puts the layer back as it was, with the factors on it: the inverse of `fuse`. */
  unfuse(): void {
    const { slot, base } = this;
    if (base) {
      slot.weight.assign(base.weight.values);
      slot.bias.assign(base.bias.values);
    }
    this.base = undefined;
    slot.adapter = this;
  }

  dispose(): void {
    this.slot.adapter = undefined;
    this.factors.dispose();
  }
}
