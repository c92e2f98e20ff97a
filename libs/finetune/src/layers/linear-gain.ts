import { release, type Kernels, type Tensor } from '../native/kernels';
import type { Forward, Pass } from './layer';
import type { DenseSlot, LinearAdapter } from './linear';

/** Factors of a dense layer's inputs or outputs, one each, that a tuner learns. */
export interface Gain {
  /** `[width]`, the caller's to release. */
  value: Tensor;
  /** Takes the gradient of the factors, `[width]`; consumes it. */
  accumulate(gradient: Tensor): void;
}

/** `y = x · g` by columns. Backward: `dx = dy · g`, `dg = Σ dy · x`. */
export function applyGain(x: Tensor, gain: Gain, { kernels, training }: Pass): Forward {
  const y = kernels.multiply(x, gain.value);
  if (!training) {
    gain.value.release();
    return { y };
  }
  x.retain();
  const backward = (dy: Tensor): Tensor => {
    const aligned = kernels.multiply(dy, x);
    gain.accumulate(kernels.sumRows(aligned));
    const dx = kernels.multiply(dy, gain.value);
    release(aligned, x, gain.value);
    return dx;
  };
  return { y, backward };
}

/** The gains of the outputs of layers side by side as one; a layer without has ones. Nothing where none has any. */
export function joinedOutputGain(slots: readonly DenseSlot[], pass: Pass): Gain | undefined {
  const gains = slots.map(({ adapter }) => adapter?.outputGain?.(pass));
  if (gains.every((gain) => gain === undefined)) return undefined;
  const { kernels } = pass;
  const sizes = slots.map(({ weight }) => weight.shape[0]);
  const values = gains.map((gain, i) => gain?.value ?? ones(kernels, sizes[i]));
  const value = kernels.concat(values, 0);
  release(...values);
  const accumulate = (gradient: Tensor): void => {
    const parts = kernels.split(gradient, sizes, 0);
    gradient.release();
    parts.forEach((part, i) => {
      const gain = gains[i];
      if (gain) gain.accumulate(part);
      else part.release();
    });
  };
  return { value, accumulate };
}

/** Whether the factors of a layer's outputs are those of its bias, too. */
export function gainsBias(adapter: LinearAdapter | undefined): boolean {
  return adapter?.outputGain !== undefined && adapter.adaptBias !== undefined;
}

function ones(kernels: Kernels, size: number): Tensor {
  return kernels.floats(new Float32Array(size).fill(1), [size]);
}
