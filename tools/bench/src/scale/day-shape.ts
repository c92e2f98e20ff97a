/**
 * The rates of the hours of a day as multiples of their mean: a von Mises curve, which rises and falls once, as the traffic of people
 * does. The weights have mean 1, and the busiest one is the peak factor.
 *
 * @param peakFactor busiest hour over mean hour, from 1 (always the same) to below the number of hours (all in one)
 * @param hours into which the day is divided
 * @param peak the busiest of them, from 0
 * @throws RangeError for a factor that no curve has
 */
export function dayShape(peakFactor: number, hours = 24, peak = Math.floor((2 * hours) / 3)): number[] {
  if (!(peakFactor >= 1 && peakFactor < hours))
    throw new RangeError(`No day of ${hours} hours has a peak of ${peakFactor} times its mean.`);
  const curve = (concentration: number): number[] => {
    // Relative to the busiest hour, so that nothing overflows.
    const heights = Array.from({ length: hours }, (_, hour) =>
      Math.exp(concentration * (Math.cos((2 * Math.PI * (hour - peak)) / hours) - 1)),
    );
    const mean = heights.reduce((sum, height) => sum + height, 0) / hours;
    return heights.map((height) => height / mean);
  };
  let [low, high] = [0, 1];
  while (curve(high)[peak] < peakFactor) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (curve(middle)[peak] < peakFactor) low = middle;
    else high = middle;
  }
  return curve(high);
}

/** Whole units of each hour, as near to the weights as whole numbers get, so that they make up the total exactly. */
export function unitsOfHours(weights: readonly number[], total: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  let [share, given] = [0, 0];
  return weights.map((weight) => {
    share += weight;
    const units = Math.round((total * share) / sum) - given;
    given += units;
    return units;
  });
}

/** Instances that run in each hour, as an autoscaler would have it: in proportion to the load, the most at its peak, and never none. */
export function instancesOfHours(weights: readonly number[], most: number): number[] {
  const peak = Math.max(...weights);
  return weights.map((weight) => Math.max(1, Math.ceil((most * weight) / peak)));
}
