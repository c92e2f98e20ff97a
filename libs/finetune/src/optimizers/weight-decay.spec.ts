import { Parameter } from '../layers/parameter';
import { Kernels, release, type Tensor } from '../native/kernels';
import { decayByGradient, decayByProximalStep } from './weight-decay';

const kernels = new Kernels();

it.each([
  ['a proximal step', decayByProximalStep],
  ['a gradient step, as on a GPU', decayByGradient],
])('shrinks the weights by their rate with %s, whatever the gradient', (_, decay) => {
  const weights = Float32Array.of(1, -2, 0.5, 1e-3);
  const parameter = new Parameter(kernels, 'weight', [2, 2], weights);
  parameter.accumulate(kernels.floats(Float32Array.of(3, -1e4, 7, 0), [2, 2]));
  const made: Tensor[] = [];
  const scalar = (value: number): Tensor => {
    const tensor = kernels.floats(Float32Array.of(value), []);
    made.push(tensor);
    return tensor;
  };
  const rate = 8 * 2e-4 * 0.01;
  for (let step = 0; step < 100; step++) decay(kernels, parameter, rate, scalar);
  parameter.toHost().values.forEach((value, i) => expect(value / weights[i]).toBeCloseTo((1 - rate) ** 100, 5));
  release(...made);
  parameter.dispose();
});
