import { seededRandom } from '@attune/opinion';

/** Seeded draws: the same ones for the same seed. */
export class Draws {
  /** The next number in [0, 1). */
  readonly uniform: () => number;

  constructor(seed: number) {
    this.uniform = seededRandom(seed);
  }

  /** True in a share `chance` of all draws. */
  happens(chance: number): boolean {
    return this.uniform() < chance;
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A normal number (Box and Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    return mean + deviation * Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  normals(count: number, deviation = 1): number[] {
    return Array.from({ length: count }, () => this.normal(0, deviation));
  }

  /** A count of 1 and more whose mean is `mean`: one, and another with the same chance after each. */
  geometric(mean: number): number {
    let count = 1;
    while (this.happens(1 - 1 / mean)) count++;
    return count;
  }

  /** A place of `weights`, by weight; none where there is no weight above 0. */
  place(weights: readonly number[]): number | undefined {
    let left = this.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    const place = weights.findIndex((weight) => (left -= weight) < 0);
    return place === -1 ? undefined : place;
  }
}
