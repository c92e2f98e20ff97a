import type { DetectorOptions } from './surge-detector';

const WEEK = 7 * 24 * 3_600_000;

/** By itself a detector calls a surge what would happen by chance once in so long. */
const FALSE_ALARM_EVERY = 4 * WEEK;
/** Long windows come too seldom for that to mean much; a surge is then once in so many windows. */
const FEWEST_WINDOWS = 1_000;

/**
 * Decimal logarithm of the number of windows in which one surge by chance is put up with. Windows that overlap are neither one chance
 * nor as many as there are: the root of their number, between the two, keeps the promise in the simulation of docs/results/surges.md,
 * where counting each of them costs every fourth surge.
 */
export function alarmLevel({ step, hop = step }: DetectorOptions): number {
  return Math.log10(Math.max((FALSE_ALARM_EVERY / step) * Math.sqrt(step / hop), FEWEST_WINDOWS));
}

/**
 * A tail probability as a score of 0 to 1.
 *
 * @param surprise negative decimal logarithm of the probability
 * @param level surprise that gets 0.5, as of {@link alarmLevel}
 */
export function scoreOf(surprise: number, level: number): number {
  return 1 - 2 ** (-Math.max(0, surprise) / level);
}
