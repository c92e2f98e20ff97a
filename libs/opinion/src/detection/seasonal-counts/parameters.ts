const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** All that {@link SeasonalCounts} was told rather than learnt. Times are milliseconds. */
export const PARAMETERS = {
  /** Half-life of what the level is learnt from. */
  levelHalfLife: 2 * WEEK,
  /** Half-life of what an hour of the day or a day of the week is learnt from. */
  seasonHalfLife: 4 * WEEK,
  /** Counts, in as many windows, that are taken for known before anything is. */
  nothingKnown: 1,
  /** Evidence, in counts, with which every season is held to be flat. */
  flatSeason: 10,
  /** Half-life of what the dispersion is learnt from. */
  dispersionHalfLife: 2 * WEEK,
  /** Dispersion that is assumed before anything is known, and how many windows' worth of evidence it has. */
  dispersion: 0.5,
  dispersionEvidence: 6 * HOUR,
  leastDispersion: 0.005,
  /** Standard deviations beyond what was expected at which a count is cut off before anything is learnt from it. */
  cap: 4,
  /** Spans over which counts are summed, besides the window itself; one that is not twice a window long is left out. */
  spans: [HOUR / 2, 2 * HOUR, 8 * HOUR],
  /** Sums so many of their spans apart count as independent; with fewer, noise alarms oftener than promised. */
  independent: 1,
  /** Surprise above which windows count as the tail: 2 is one window in a hundred. */
  tailFrom: 2,
  /** Mean of ln(surprise / tailFrom) in the tail that is assumed at first: about that of a negative binomial's tail. */
  tailShape: 0.2,
  /** Windows apart from each other in the tail that the assumption is worth. */
  tailEvidence: 10,
  /** A window's ln(surprise / tailFrom) is cut off here before the tail learns from it. */
  tailCap: 1.5,
  /** Windows in the tail closer to each other than so many count as parts of one. */
  tailRun: 12,
  tailHalfLife: 4 * WEEK,
  /** Windows after which deviations are learnt, and their caps apply. */
  settling: 12,
  /** Windows, and time, after which it says of itself that it is ready. */
  readyWindows: 14,
  readyTime: DAY,
};

export type SeasonalCountsParameters = typeof PARAMETERS;
