/** Ranges of a trend with the seconds of a step: some hundred steps, whole minutes. */
const RANGES = {
  '6h': { hours: 6, step: 300 },
  '24h': { hours: 24, step: 900 },
  '7d': { hours: 7 * 24, step: 3_600 },
  '28d': { hours: 28 * 24, step: 4 * 3_600 },
} as const;

export type Range = keyof typeof RANGES;
export const RANGE_NAMES = Object.keys(RANGES) as Range[];

/** A range that ends with the step in which `now` lies: milliseconds since 1970, and the seconds of a step. */
export function spanOf(range: Range, now: number): { readonly from: number; readonly to: number; readonly step: number } {
  const { hours, step } = RANGES[range];
  const to = Math.ceil(now / (step * 1_000)) * step * 1_000;
  return { from: to - hours * 3_600_000, to, step };
}
