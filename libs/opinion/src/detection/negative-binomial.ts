/** Lanczos' coefficients with g = 7. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const PRECISION = 1e-12;
/** Counts that fading has left of nothing: for them the tail is everything, and the terms of the fraction overflow. */
const NEGLIGIBLE = 1e-12;
const MOST_TERMS = 10_000;

/** Natural logarithm of the gamma function for arguments above 0 (Lanczos 1964). */
export function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value);
  const shifted = value - 1;
  const base = shifted + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, index) => sum + (index === 0 ? coefficient : coefficient / (shifted + index)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/**
 * Decimal logarithm of P(Y ≥ count) of a negative binomial distribution with this mean and variance
 * mean + dispersion × mean², by the regularised incomplete beta function (NIST DLMF 8.17.5 and 8.17.22). Logarithms
 * keep apart surges that would all be 0 as probabilities. Counts need not be whole.
 *
 * @param dispersion above 0; small values give the Poisson distribution
 * @returns at most 0
 */
export function logTail(count: number, mean: number, dispersion: number): number {
  if (count < NEGLIGIBLE) return 0;
  const size = 1 / dispersion;
  return logIncompleteBeta(count, size, mean / (size + mean), size / (size + mean)) / Math.LN10;
}

/** Natural logarithm of I_x(a, b); `rest` is 1 - x, given apart because it may be too small to be the difference. */
function logIncompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x <= 0) return -Infinity;
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(rest);
  if (x < (a + 1) / (a + b + 2)) return Math.min(0, front + Math.log(continuedFraction(a, b, x) / a));
  return Math.log1p(-Math.min(1 - PRECISION, (Math.exp(front) * continuedFraction(b, a, rest)) / b));
}

/** The continued fraction of DLMF 8.17.22 by Lentz' method (Thompson & Barnett 1986). */
function continuedFraction(a: number, b: number, x: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < PRECISION) break;
  }
  return value;
}
