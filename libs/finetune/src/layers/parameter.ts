import type { NamedTensor } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';

/**
 * A parameter of the network: a TensorFlow resource variable, so that an optimiser updates it in place, and the
 * gradient collected for it since the last update.
 */
export class Parameter {
  private readonly variable: Tensor;
  private held: Tensor | undefined;
  /** Whether an update may change it; layers compute no gradient where it may not. */
  trainable = true;
  gradient: Tensor | undefined;

  constructor(
    private readonly kernels: Kernels,
    readonly name: string,
    readonly shape: number[],
    values: Float32Array,
  ) {
    this.variable = createVariable(kernels, shape);
    this.assign(values);
  }

  /** The variable's handle, for ops that update it. */
  get handle(): Tensor {
    return this.variable;
  }

  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  /** The value now, held by the parameter until it changes; not the caller's to release. */
  value(): Tensor {
    return (this.held ??= readVariable(this.kernels, this.variable));
  }

  /** The value now, the caller's to release, before the next update. */
  readOnce(): Tensor {
    return readVariable(this.kernels, this.variable);
  }

  /** Lets go of the value read, so that an update can write in place. */
  forgetValue(): void {
    this.held?.release();
    this.held = undefined;
  }

  /** Writes a copy of the values. */
  assign(values: Float32Array): void {
    this.forgetValue();
    assignVariable(this.kernels, this.variable, values, this.shape);
  }

  /** Takes over the values of a tensor of the shape, which stays the caller's; whatever updates the parameter later copies them first. */
  put(tensor: Tensor): void {
    this.forgetValue();
    this.kernels.perform('AssignVariableOp', [this.kernels.type('dtype', this.kernels.binding.TF_FLOAT)], [this.variable, tensor]);
  }

  /** Exchanges the values with those of another variable of the shape, within TensorFlow's memory. */
  exchange(variable: Tensor): void {
    this.forgetValue();
    const own = readVariable(this.kernels, this.variable);
    const other = readVariable(this.kernels, variable);
    this.kernels.perform('AssignVariableOp', [this.kernels.type('dtype', this.kernels.binding.TF_FLOAT)], [variable, own]);
    this.put(other);
    release(own, other);
  }

  /** A copy of the values. */
  toHost(): NamedTensor {
    const { shape, values } = this.state();
    return { shape, values };
  }

  /** The values at the time at which they are asked for. */
  state(): NamedTensor {
    return variableState(this.kernels, this.variable, this.shape);
  }

  /** Adds to the gradient; consumes the tensor. */
  accumulate(gradient: Tensor): void {
    if (!this.gradient) {
      this.gradient = gradient;
      return;
    }
    const sum = this.kernels.add(this.gradient, gradient);
    release(this.gradient, gradient);
    this.gradient = sum;
  }

  clearGradient(): void {
    this.gradient?.release();
    this.gradient = undefined;
  }

  dispose(): void {
    this.clearGradient();
    this.forgetValue();
    destroyVariable(this.kernels, this.variable);
  }
}

let variablesMade = 0;

/** An uninitialised float32 resource variable of its own name. */
export function createVariable(kernels: Kernels, shape: number[]): Tensor {
  const { binding } = kernels;
  return kernels.call(
    'VarHandleOp',
    [
      { name: 'container', type: binding.TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `attune-${variablesMade++}` },
      kernels.type('dtype', binding.TF_FLOAT),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: shape },
    ],
    [],
  );
}

/** Writes a copy of the values into a variable. */
export function assignVariable(kernels: Kernels, variable: Tensor, values: Float32Array, shape: number[]): void {
  // The variable may take over the memory that it is given and is updated in place later: it must not be the caller's.
  const copy = kernels.floats(Float32Array.from(values), shape);
  kernels.perform('AssignVariableOp', [kernels.type('dtype', kernels.binding.TF_FLOAT)], [variable, copy]);
  copy.release();
}

/** The value of a variable; the caller's to release, before the next update. */
export function readVariable(kernels: Kernels, variable: Tensor): Tensor {
  return kernels.call('ReadVariableOp', [kernels.type('dtype', kernels.binding.TF_FLOAT)], [variable]);
}

/**
 * A variable as a tensor in host memory that is copied each time its values are asked for: what a checkpoint writes one after the other
 * need not lie there all at once.
 */
export function variableState(kernels: Kernels, variable: Tensor, shape: readonly number[]): NamedTensor {
  return {
    shape: [...shape],
    get values() {
      const tensor = readVariable(kernels, variable);
      const values = tensor.read();
      tensor.release();
      return values;
    },
  };
}

/** Frees a variable's memory and its handle. */
export function destroyVariable(kernels: Kernels, variable: Tensor): void {
  kernels.perform('DestroyResourceOp', [kernels.flag('ignore_lookup_error', true)], [variable]);
  variable.release();
}
