import { readVariable, type Parameter } from '../layers/parameter';
import type { Kernels, Tensor } from '../native/kernels';

/** Multiplies a parameter by `1 - rate` in place; `scalar` gives a scalar tensor that is not to be released. */
export type Decay = (kernels: Kernels, parameter: Parameter, rate: number, scalar: (value: number) => Tensor) => void;

/** How a parameter decays on the device at hand. */
export function decayOn(kernels: Kernels): Decay {
  return kernels.binding.isUsingGpuDevice() ? decayByGradient : decayByProximalStep;
}

/**
 * A proximal gradient step of vanishing length, whose L2 term is all that remains: it neither reads nor copies the weights first. Its
 * kernel is one for the processor alone. The gradient, of which nothing remains, is the parameter's own.
 */
export const decayByProximalStep: Decay = (kernels, { handle, gradient }, rate, scalar) => {
  if (!gradient) return;
  const length = 1e-30;
  const l2 = rate / (1 - rate) / length;
  kernels.perform(
    'ResourceApplyProximalGradientDescent',
    [kernels.type('T', kernels.binding.TF_FLOAT), kernels.flag('use_locking', false)],
    [handle, scalar(length), scalar(0), scalar(l2), gradient],
  );
};

/** A gradient step along the weights themselves. */
export const decayByGradient: Decay = (kernels, { handle }, rate, scalar) => {
  const weights = readVariable(kernels, handle);
  kernels.perform(
    'ResourceApplyGradientDescent',
    [kernels.type('T', kernels.binding.TF_FLOAT), kernels.flag('use_locking', false)],
    [handle, scalar(rate), weights],
  );
  weights.release();
};
