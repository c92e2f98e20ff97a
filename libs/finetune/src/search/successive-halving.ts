import { byValue, type Direction, type Trial } from './trial';

/** How trials are stopped early. */
export interface HalvingOptions {
  direction: Direction;
  /** One in so many trials goes on from a rung; rungs lie apart by this factor. */
  reduction: number;
  /** Epochs of the first rung. */
  minEpochs: number;
}

/**
 * Whether a trial is to be stopped, by asynchronous successive halving (Li et al. 2020, "A System for Massively Parallel Hyperparameter
 * Tuning"), in its form without promotion: at each rung of epochs a trial goes on where it is among the best one in `reduction` of those that
 * came there before it. Nobody waits for anybody; the first at a rung goes on.
 *
 * @param trial with the report that has just come
 * @param others all other trials of the study
 */
export function isToBeStopped(trial: Trial, others: readonly Trial[], options: HalvingOptions): boolean {
  const latest = trial.reports.at(-1);
  const rung = latest === undefined ? undefined : rungReached(trial, options);
  if (latest === undefined || rung === undefined) return false;
  if (latest.value === null) return true;
  const before = others.flatMap((other) => {
    const value = other.number === trial.number ? undefined : valueAtRung(other, rung);
    return value === undefined ? [] : [value];
  });
  if (before.length === 0) return false;
  const sorted = before.sort(byValue(options.direction));
  const cutoff = sorted[Math.max(0, Math.ceil(sorted.length / options.reduction) - 1)];
  return byValue(options.direction)(latest.value, cutoff) > 0;
}

/** The rung that the latest report of a trial was the first to reach; undefined where it reached none. */
function rungReached({ reports }: Trial, { reduction, minEpochs }: HalvingOptions): number | undefined {
  const [before, now] = [reports.at(-2)?.epoch ?? 0, reports.at(-1)?.epoch ?? 0];
  let rung = minEpochs;
  let reached: number | undefined;
  for (; rung <= now; rung *= reduction) if (rung > before) reached = rung;
  return reached;
}

/** What a trial had when it first reached a rung. */
function valueAtRung({ reports }: Trial, rung: number): number | undefined {
  return reports.find(({ epoch }) => epoch >= rung)?.value ?? undefined;
}
