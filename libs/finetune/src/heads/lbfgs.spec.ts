import { minimizeLbfgs, type Objective } from './lbfgs';

/** Rosenbrock's valley in 10 dimensions; its minimum is 0 at (1, …, 1). */
const rosenbrock: Objective = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const along = 1 - x[i];
    const across = x[i + 1] - x[i] * x[i];
    value += along * along + 100 * across * across;
    gradient[i] += -2 * along - 400 * x[i] * across;
    gradient[i + 1] += 200 * across;
  }
  return value;
};

describe('minimizeLbfgs', () => {
  it('follows a curved valley to its end', () => {
    const point = new Float64Array(10).fill(-1);
    const result = minimizeLbfgs(rosenbrock, point, { tolerance: 1e-8, maxIterations: 200 });
    expect(result.converged).toBe(true);
    expect(result.iterations).toBeLessThan(100);
    for (const value of point) expect(value).toBeCloseTo(1, 6);
  });

  it('stays at a minimum', () => {
    const point = new Float64Array(4).fill(1);
    expect(minimizeLbfgs(rosenbrock, point, { tolerance: 1e-8, maxIterations: 10 })).toMatchObject({
      iterations: 0,
      evaluations: 1,
      converged: true,
    });
  });

  it('steps back from where the function is not a number', () => {
    const point = Float64Array.of(0.5);
    const bowl: Objective = ([x], gradient) => {
      gradient[0] = 1e3 * (x - 0.9);
      return x < 1 ? 500 * (x - 0.9) ** 2 : NaN;
    };
    expect(minimizeLbfgs(bowl, point, { tolerance: 1e-6, maxIterations: 50 }).converged).toBe(true);
    expect(point[0]).toBeCloseTo(0.9, 6);
  });
});
