/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A Poisson count, by adding up the waiting times between events. */
export function poisson(random: () => number, mean: number): number {
  let count = -1;
  for (let time = 0; time < mean || count < 0; count++) time -= Math.log(1 - random());
  return count;
}

/** A count with variance mean + dispersion × mean²: Poisson with a rate drawn from a gamma distribution (Marsaglia & Tsang 2000). */
export function negativeBinomial(random: () => number, mean: number, dispersion: number): number {
  return poisson(random, gamma(random, 1 / dispersion) * mean * dispersion);
}

function gamma(random: () => number, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v;
  }
}
