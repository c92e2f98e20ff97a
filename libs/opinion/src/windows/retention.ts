import { MINUTE, spanStart } from './minute-bucket';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long counts are kept in which grain: by the minute for a week, by the hour for a year, then by the day. */
const GRAINS = [
  { grain: MINUTE, until: 7 * DAY },
  { grain: HOUR, until: 365 * DAY },
  { grain: DAY, until: Infinity },
] as const;

/** Counts that have become too old for their grain. Times and lengths are milliseconds. */
export interface GrainMerge {
  /** Length of the buckets that are merged, and of those that they are merged into. */
  readonly from: number;
  readonly into: number;
  /** Buckets are merged that start before. */
  readonly before: number;
}

/**
 * What to merge at a time, finest first. A whole day changes its grain at once, so that no coarse bucket holds a part of what it says.
 *
 * @param now milliseconds since 1970
 */
export function dueMerges(now: number): GrainMerge[] {
  return GRAINS.slice(0, -1).map(({ grain, until }, index) => ({
    from: grain,
    into: GRAINS[index + 1].grain,
    before: spanStart(now - until, DAY),
  }));
}
