import type { Random } from '../random';

/** A normal distribution cut off at the ends of a range. */
interface Component {
  mean: number;
  deviation: number;
  /** Logarithm of its share of the mixture, and of what cutting leaves of it. */
  logWeight: number;
}

/**
 * Density of observed numbers between two bounds: a mixture of normal distributions cut off at the bounds, one on each observation, as wide as
 * the way to its farther neighbour, and one over the whole range as the prior (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization").
 */
export class ParzenEstimator {
  private readonly components: Component[];

  /** @param observations numbers between the bounds; none is the prior alone */
  constructor(
    observations: readonly number[],
    private readonly low: number,
    private readonly high: number,
  ) {
    const width = high - low;
    const prior = { mean: (low + high) / 2, deviation: width };
    const narrowest = width / Math.min(100, observations.length + 2);
    const sorted = [...observations].sort((a, b) => a - b);
    const kernels = sorted.map((mean, index) => {
      const left = mean - (sorted[index - 1] ?? low);
      const right = (sorted[index + 1] ?? high) - mean;
      return { mean, deviation: Math.min(width, Math.max(narrowest, left, right)) };
    });
    const logShare = -Math.log(kernels.length + 1);
    this.components = [...kernels, prior].map((kernel) => ({ ...kernel, logWeight: logShare - Math.log(this.massWithin(kernel)) }));
  }

  /** A number between the bounds, drawn from the density. */
  sample(random: Random): number {
    const { mean, deviation } = this.components[random.integer(this.components.length)];
    for (;;) {
      const value = mean + deviation * random.normal();
      if (value >= this.low && value <= this.high) return value;
    }
  }

  /** Logarithm of the density at a number between the bounds. */
  logDensity(value: number): number {
    const parts = this.components.map(({ mean, deviation, logWeight }) => {
      const distance = (value - mean) / deviation;
      return logWeight - 0.5 * distance * distance - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);
    });
    const largest = Math.max(...parts);
    return largest + Math.log(parts.reduce((sum, part) => sum + Math.exp(part - largest), 0));
  }

  private massWithin({ mean, deviation }: Pick<Component, 'mean' | 'deviation'>): number {
    return normalCumulative((this.high - mean) / deviation) - normalCumulative((this.low - mean) / deviation);
  }
}

/** Share of a standard normal distribution below a number, to 2e-7 (Abramowitz and Stegun 1964, 7.1.26). */
function normalCumulative(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * polynomial * Math.exp((-x * x) / 2);
  return x >= 0 ? 1 - tail : tail;
}
