import type { EncoderConfig } from '@attune/artifact';
import { release, type Kernels, type Tensor } from '../native/kernels';

/**
 * An activation between two dense layers, up to constant factors which those layers carry in their parameters:
 * `activation(a) = outer · f(inner · a)`.
 */
export interface Activation {
  inner: number;
  outer: number;
  /** `f(u)`, and `f'(u)` for the way back; `slope` may be called once, `forget` instead where nothing goes back. */
  apply(kernels: Kernels, u: Tensor): { y: Tensor; slope: () => Tensor; forget: () => void };
}

/** ln(2 / √π): the factor of the error function's derivative, taken into its exponent. */
const LOG_ERF_SLOPE = Math.log(2 / Math.sqrt(Math.PI));

/**
 * The exact GELU (Hendrycks and Gimpel 2016), `a/2 · (1 + erf(a / √2))`: with `u = a / √2` it is `√½ · u (1 + erf u)`, and
 * `d(u (1 + erf u)) / du = (1 + erf u) + u · 2/√π · exp(-u²)`.
 */
const gelu: Activation = {
  inner: Math.SQRT1_2,
  outer: Math.SQRT1_2,
  apply(kernels, u) {
    const curve = kernels.erf(u);
    const raised = kernels.add(curve, kernels.constant(1));
    curve.release();
    const slope = (): Tensor => {
      const square = kernels.square(u);
      const exponent = kernels.subtract(kernels.constant(LOG_ERF_SLOPE), square);
      const bell = kernels.exp(exponent);
      const weighted = kernels.multiply(u, bell);
      const result = kernels.add(raised, weighted);
      release(square, exponent, bell, weighted, raised);
      return result;
    };
    return { y: kernels.multiply(u, raised), slope, forget: () => raised.release() };
  },
};

const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/**
 * GELU by tanh (Hendrycks and Gimpel 2016), `a/2 · (1 + tanh(k (a + c a³)))`, `k = √(2/π)`, `c = 0.044715`. With `t` the tanh,
 * `d(a (1 + t)) / da = (1 + t) + a (1 - t²) k (1 + 3 c a²)`.
 */
const geluTanh: Activation = {
  inner: 1,
  outer: 0.5,
  apply(kernels, u) {
    const square = kernels.square(u);
    const cubic = kernels.scale(square, TANH_SCALE * TANH_CUBIC);
    const factor = kernels.add(cubic, kernels.constant(TANH_SCALE));
    const argument = kernels.multiply(u, factor);
    const tanh = kernels.tanh(argument);
    const raised = kernels.add(tanh, kernels.constant(1));
    const y = kernels.multiply(u, raised);
    release(cubic, factor, argument);
    const slope = (): Tensor => {
      const tripled = kernels.scale(square, 3 * TANH_SCALE * TANH_CUBIC);
      const steep = kernels.add(tripled, kernels.constant(TANH_SCALE));
      const along = kernels.multiply(u, steep);
      const bent = kernels.tanhGradient(tanh, along);
      const result = kernels.add(raised, bent);
      release(tripled, steep, along, bent, square, tanh, raised);
      return result;
    };
    return { y, slope, forget: () => release(square, tanh, raised) };
  },
};

const relu: Activation = {
  inner: 1,
  outer: 1,
  apply(kernels, u) {
    const y = kernels.relu(u);
    y.retain();
    const slope = (): Tensor => {
      const ones = kernels.floats(new Float32Array(u.shape[0] * u.shape[1]).fill(1), u.shape);
      const result = kernels.reluGradient(ones, y);
      release(ones, y);
      return result;
    };
    return { y, slope, forget: () => y.release() };
  },
};

const ACTIVATIONS: Record<EncoderConfig['activation'], Activation> = { gelu, gelu_new: geluTanh, relu };

export function activation(name: EncoderConfig['activation']): Activation {
  return ACTIVATIONS[name];
}
