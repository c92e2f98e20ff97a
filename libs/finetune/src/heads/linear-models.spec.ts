import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../random';
import { fitLogisticRegression, LogisticRegressionProblem, type LinearLayer } from './logistic-regression';
import { fitRidgeRegression } from './ridge-regression';
import { applyLinear, fitWithSelectedL2 } from './select-regularization';

interface LinearCase {
  rows: number;
  width: number;
  features: number[];
  targets: number[];
  weight: number[];
}

interface LogisticCase extends LinearCase {
  classes: number;
  /** scikit-learn's inverse strength. */
  c: number;
  bias: number[];
  rowWeights?: number[] | null;
}

interface Fixture {
  softmax: LogisticCase[];
  sigmoid: LogisticCase;
  ridge: LinearCase & { alpha: number; bias: number };
}

const fixture: Fixture = JSON.parse(readFileSync(join(__dirname, 'fixtures/linear-models.json'), 'utf8'));

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce((largest, value, i) => Math.max(largest, Math.abs(value - expected[i])), 0);
}

describe('fitLogisticRegression', () => {
  it.each(fixture.softmax)(
    "finds scikit-learn's solution (C = $c)",
    ({ features, rows, width, targets, classes, c, rowWeights, ...expected }) => {
      const weightSum = rowWeights?.reduce((sum, weight) => sum + weight, 0) ?? rows;
      const fit = fitLogisticRegression(Float32Array.from(features), rows, width, targets, classes, {
        l2: 1 / (c * weightSum),
        tolerance: 1e-7,
        ...(rowWeights ? { rowWeights } : {}),
      });
      expect(fit.converged).toBe(true);
      expect(largestDifference(fit.weight, expected.weight)).toBeLessThan(1e-4);
      // Biases are free up to a common number.
      const shift = expected.bias[0] - fit.bias[0];
      expect(
        largestDifference(
          fit.bias.map((value) => value + shift),
          expected.bias,
        ),
      ).toBeLessThan(1e-4);
    },
  );

  it('fits one yes-or-no regression a label with the sigmoid link', () => {
    const { features, rows, width, targets, classes, c, weight, bias } = fixture.sigmoid;
    const fit = fitLogisticRegression(Float32Array.from(features), rows, width, targets, classes, {
      l2: 1 / (c * rows),
      link: 'sigmoid',
      tolerance: 1e-7,
    });
    expect(largestDifference(fit.weight, weight)).toBeLessThan(1e-4);
    expect(largestDifference(fit.bias, bias)).toBeLessThan(1e-4);
  });

  it('gives the same numbers every time, and needs fewer passes from a solution nearby', () => {
    const { features, rows, width, targets, classes } = fixture.softmax[0];
    const problem = new LogisticRegressionProblem(Float32Array.from(features), rows, width, targets, classes);
    const options = { l2: 1e-3, tolerance: 1e-6 };
    const cold = problem.fit(options);
    expect(problem.fit(options)).toEqual(cold);
    const warm = problem.fit({ ...options, initial: problem.fit({ l2: 1.2e-3, tolerance: 1e-6 }) });
    expect(warm.iterations).toBeLessThan(cold.iterations);
    expect(largestDifference(warm.weight, cold.weight)).toBeLessThan(2e-3);
  });

  it('stops after the iterations it is given', () => {
    const { features, rows, width, targets, classes } = fixture.softmax[0];
    const fit = fitLogisticRegression(Float32Array.from(features), rows, width, targets, classes, {
      l2: 1e-4,
      tolerance: 1e-9,
      maxIterations: 3,
    });
    expect(fit).toMatchObject({ iterations: 3, converged: false });
  });
});

describe('fitRidgeRegression', () => {
  it("finds scikit-learn's solution", () => {
    const { features, rows, width, targets, alpha, weight, bias } = fixture.ridge;
    const fit = fitRidgeRegression(Float32Array.from(features), rows, width, targets, { l2: alpha / rows });
    expect(largestDifference(fit.weight, weight)).toBeLessThan(1e-4);
    expect(fit.bias[0]).toBeCloseTo(bias, 4);
  });

  it('gives a feature that does not vary no weight', () => {
    const fit = fitRidgeRegression(Float32Array.of(1, 5, 2, 5, 3, 5), 3, 2, [1, 2, 3], { l2: 0 });
    expect([...fit.weight]).toEqual([expect.closeTo(1, 5), 0]);
  });
});

describe('fitWithSelectedL2', () => {
  const width = 20;
  const classes = 3;
  const random = new Random(11);
  const truth: LinearLayer = {
    weight: Float32Array.from({ length: classes * width }, () => random.normal()),
    bias: new Float32Array(classes),
  };

  /** Rows whose class depends on their features, with noise. */
  function draw(rows: number): { features: Float32Array; rows: number; targets: Int32Array } {
    const features = Float32Array.from({ length: rows * width }, () => random.normal());
    const scores = applyLinear(truth, features, rows, width);
    const targets = Int32Array.from({ length: rows }, (_, row) => {
      const noisy = [0, 1, 2].map((k) => scores[row * classes + k] + 4 * random.normal());
      return noisy.indexOf(Math.max(...noisy));
    });
    return { features, rows, targets };
  }

  const train = draw(150);
  const validation = draw(400);

  it('chooses the strength with the smallest loss on validation rows', () => {
    const grid = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5];
    const options = { task: 'classification', width, outputs: classes } as const;
    const chosen = fitWithSelectedL2(train, validation, { ...options, grid });
    for (const l2 of grid) {
      const { validationLoss } = fitWithSelectedL2(train, validation, { ...options, grid: [l2] });
      expect(validationLoss).toBeGreaterThan(chosen.validationLoss - 1e-4);
    }
  });

  it('fits numbers and yes-or-no labels too', () => {
    const numbers = { ...train, targets: applyLinear(truth, train.features, train.rows, width).filter((_, i) => i % classes === 0) };
    const regression = fitWithSelectedL2(numbers, numbers, { task: 'regression', width, outputs: 1 });
    expect(largestDifference(regression.weight, truth.weight.subarray(0, width))).toBeLessThan(1e-3);
    const yes = { ...train, targets: Uint8Array.from(train.targets, (target) => (target === 0 ? 1 : 0)) };
    expect(fitWithSelectedL2(yes, yes, { task: 'multi-label', width, outputs: 1 }).validationLoss).toBeLessThan(0.4);
  });
});
