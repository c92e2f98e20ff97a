/** A series with the windows in which something unusual happened, as positions of their first and last value. */
export interface LabelledSeries {
  name: string;
  length: number;
  windows: readonly (readonly [first: number, last: number])[];
}

/** What one series adds to a score. */
export interface SeriesResult {
  /** Rewards and costs together. */
  sum: number;
  windows: number;
  found: number;
  falseDetections: number;
}

/** Cost of a false detection in the standard profile; a window found early is worth up to 1, one missed costs 1. */
const FALSE_DETECTION = 0.11;
const PROBATION = { share: 0.15, most: 750 };

/**
 * Judges detections by the Numenta Anomaly Benchmark's standard profile (Lavin & Ahmad 2015): in a window the earliest
 * detection counts, one outside costs, less just after a window; the beginning of a series is not judged.
 */
export function judgeDetections({ length, windows }: LabelledSeries, detections: readonly number[]): SeriesResult {
  const judgedFrom = Math.min(Math.floor(PROBATION.share * length), PROBATION.most);
  const best = windows.map(() => -1);
  let [cost, falseDetections] = [0, 0];
  for (const at of detections) {
    if (at < judgedFrom) continue;
    const inside = windows.findIndex(([first, last]) => at >= first && at <= last);
    if (inside >= 0) {
      const [first, last] = windows[inside];
      best[inside] = Math.max(best[inside], worth(-(last - at + 1) / (last - first + 1)) / worth(-1));
    } else {
      const past = windows.findLast(([, last]) => last < at);
      cost += FALSE_DETECTION * (past === undefined ? -1 : worth((at - past[1]) / (past[1] - past[0])));
      falseDetections++;
    }
  }
  const found = best.filter((value) => value > -1).length;
  return { sum: best.reduce((sum, value) => sum + value, 0) + cost, windows: windows.length, found, falseDetections };
}

/** 0 for a detector that finds nothing, 100 for a perfect one. */
export function nabScore(results: readonly SeriesResult[]): number {
  const total = (part: 'sum' | 'windows'): number => results.reduce((sum, result) => sum + result[part], 0);
  return (100 * (total('sum') + total('windows'))) / (2 * total('windows'));
}

/** From 1 well inside a window over 0 at its end to -1 well behind it. */
function worth(position: number): number {
  return position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}
