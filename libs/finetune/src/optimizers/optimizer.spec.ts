import { trainingFixture } from '@attune/testing';
import { headConfigSchema } from '../config/head-config';
import { Parameter } from '../layers/parameter';
import { Kernels } from '../native/kernels';
import { loadBinding } from '../native/tensorflow';
import { Optimizer } from './optimizer';

const { shape, start, gradients, clipNorm, norms, expected } = trainingFixture().optimizers;
const RATES = { sgd: 0.05, adam: 0.01, adamw: 0.001, adagrad: 0.05 } as const;
const kernels = new Kernels();

function run(
  name: keyof typeof RATES,
  from = 0,
  state?: { optimizer: Optimizer; parameter: Parameter },
): { optimizer: Optimizer; parameter: Parameter; norms: number[] } {
  const { optimizer: config } = headConfigSchema.parse({ optimizer: { name, clipNorm } });
  const parameter = state?.parameter ?? new Parameter(kernels, 'weight', shape, Float32Array.from(start));
  const optimizer = state?.optimizer ?? new Optimizer(kernels, config);
  const seen = gradients.slice(from).map((gradient) => {
    parameter.accumulate(kernels.floats(Float32Array.from(gradient), shape));
    return optimizer.step([parameter], () => RATES[name]);
  });
  return { optimizer, parameter, norms: seen };
}

describe.each(Object.keys(RATES) as (keyof typeof RATES)[])('%s', (name) => {
  it("updates as PyTorch's, gradients clipped by their global norm", () => {
    const { optimizer, parameter, norms: seen } = run(name);
    const values = parameter.toHost().values;
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[name][i], 5));
    seen.forEach((norm, i) => expect(norm).toBeCloseTo(norms[i], 4));
    optimizer.dispose();
    parameter.dispose();
  });

  it('goes on from its saved state', () => {
    const { optimizer: config } = headConfigSchema.parse({ optimizer: { name, clipNorm } });
    const half = gradients.length / 2;
    const parameter = new Parameter(kernels, 'weight', shape, Float32Array.from(start));
    const first = new Optimizer(kernels, config);
    for (const gradient of gradients.slice(0, half)) {
      parameter.accumulate(kernels.floats(Float32Array.from(gradient), shape));
      first.step([parameter], () => RATES[name]);
    }
    const second = new Optimizer(kernels, config);
    second.restore([parameter], first.state(), first.stepsTaken);
    run(name, half, { optimizer: second, parameter });
    parameter.toHost().values.forEach((value, i) => expect(value).toBeCloseTo(expected[name][i], 5));
    first.dispose();
    second.dispose();
    parameter.dispose();
  });

  it('leaves no tensors behind', () => {
    run(name).optimizer.dispose();
    const before = loadBinding().getNumOfTensors();
    const { optimizer, parameter } = run(name);
    optimizer.dispose();
    parameter.dispose();
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });
});
