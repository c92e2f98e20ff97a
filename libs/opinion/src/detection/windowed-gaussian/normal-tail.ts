const FRACTION_FROM = 2;
const TERMS = 80;

/** Decimal logarithm of P(Z ≥ z) of a standard normal distribution (NIST DLMF 7.6.1 and, for its tail, 7.9.1). */
export function logNormalTail(z: number): number {
  if (z < FRACTION_FROM) return Math.log10(0.5 * (1 - errorFunction(z / Math.SQRT2)));
  let fraction = z;
  for (let term = TERMS; term >= 1; term--) fraction = z + term / fraction;
  return (-0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - Math.log(fraction)) / Math.LN10;
}

function errorFunction(value: number): number {
  if (value < -FRACTION_FROM * Math.SQRT2) return -1;
  let term = value;
  let sum = value;
  for (let n = 1; n < TERMS; n++) {
    term *= (-value * value) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
