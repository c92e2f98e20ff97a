import { logTail } from './negative-binomial';
import { logNormalTail } from './windowed-gaussian/normal-tail';

describe('logTail', () => {
  // Expected values: scipy.stats.nbinom.logsf(count - 1, 1 / dispersion, …) / ln 10.
  it.each([
    [1, 2, 0.5, -0.12493873660829993],
    [10, 2, 0.5, -2.232148706256168],
    [40, 2, 0.1, -22.506606060408423],
    [5_000, 50, 0.3, -134.76267963240323],
    [3, 0.001, 0.5, -9.30184408413532],
    [120, 100, 0.01, -1.0545120286068426],
    [20, 100, 0.1, -6.594457569155522e-5],
  ])('of %d with mean %d and dispersion %d is that of scipy', (count, mean, dispersion, expected) => {
    expect(logTail(count, mean, dispersion)).toBeCloseTo(expected, 9);
  });

  it('is certain of no count at all', () => {
    expect(logTail(0, 3, 0.2)).toBe(0);
  });

  it.each([5.6e-311, 1e-200, 1e-40, 1e-13, 1e-12])('is as good as certain of %d, what fading leaves of a count', (count) => {
    expect(logTail(count, 0.01, 3)).toBeCloseTo(0, 9);
  });
});

describe('logNormalTail', () => {
  // Expected values: scipy.stats.norm.logsf(z) / ln 10.
  it.each([
    [-3, -0.000586649313790066],
    [1, -0.7995455414919703],
    [1.99, -1.6327285649197114],
    [2, -1.6430160801409368],
    [5, -6.5426456723906545],
    [30, -197.30920926166095],
  ])('of %d is that of scipy', (z, expected) => {
    expect(logNormalTail(z)).toBeCloseTo(expected, 6);
  });
});
