import type { Judgement } from './judge';

/** By how much an updated version may fall behind the one that serves. */
export interface GateLimits {
  /** Score of a task. */
  tolerance: number;
  /** F1 of one label. */
  classTolerance: number;
  /** Rows that a label needs, so that its F1 says something. */
  leastSupport: number;
  /** Calibration error. */
  calibrationTolerance: number;
  /** Time for a text, as a multiple. */
  slowdown: number;
}

/** One reason for which an update is stopped. */
export interface GateFault {
  what: 'score' | 'class' | 'calibration' | 'speed';
  /** Rows, and task, where it was seen. */
  set?: string;
  task?: string;
  label?: string;
  serving: number;
  updated: number;
  /** The worst that would have passed. */
  limit: number;
}

/** Two versions on the same rows. */
export interface JudgedSet {
  /** `golden`, `recent`. */
  set: string;
  serving: Readonly<Record<string, Judgement>>;
  updated: Readonly<Record<string, Judgement>>;
}

/** Everything by which an updated version is worse than the one that serves; nothing where it may serve in its place. */
export function gateFaults(
  sets: readonly JudgedSet[],
  limits: GateLimits,
  secondsPerText?: { serving: number; updated: number },
): GateFault[] {
  const faults = sets.flatMap((judged) =>
    Object.entries(judged.serving).flatMap(([task, serving]) => {
      const updated = judged.updated[task];
      const at = { set: judged.set, task };
      return updated === undefined ? [] : taskFaults(serving, updated, limits).map((fault) => ({ ...at, ...fault }));
    }),
  );
  if (secondsPerText === undefined) return faults;
  const { serving, updated } = secondsPerText;
  const limit = serving * limits.slowdown;
  return updated > limit ? [...faults, { what: 'speed', serving, updated, limit }] : faults;
}

function taskFaults(serving: Judgement, updated: Judgement, limits: GateLimits): GateFault[] {
  const faults: GateFault[] = [];
  const least = serving.score - limits.tolerance;
  // A score that is no number has not passed.
  if (!(updated.score >= least)) faults.push({ what: 'score', serving: serving.score, updated: updated.score, limit: least });
  for (const [label, { f1, support }] of Object.entries(serving.classes)) {
    const own = updated.classes[label]?.f1 ?? 0;
    const limit = f1 - limits.classTolerance;
    if (support >= limits.leastSupport && own < limit) faults.push({ what: 'class', label, serving: f1, updated: own, limit });
  }
  const [before, after] = [serving.calibrationError, updated.calibrationError];
  if (before !== undefined && after !== undefined && after > before + limits.calibrationTolerance) {
    faults.push({ what: 'calibration', serving: before, updated: after, limit: before + limits.calibrationTolerance });
  }
  return faults;
}

/** A fault as a sentence. */
export function describeFault({ what, set, task, label, serving, updated, limit }: GateFault): string {
  const figures = `${shown(updated)}, and ${shown(serving)} now; the limit is ${shown(limit)}`;
  switch (what) {
    case 'score':
      return `${task} on the ${set} rows: ${figures}`;
    case 'class':
      return `F1 of "${label}" (${task}) on the ${set} rows: ${figures}`;
    case 'calibration':
      return `calibration error of ${task} on the ${set} rows: ${figures}`;
    case 'speed':
      return `seconds for a text: ${figures}`;
  }
}

function shown(value: number): string {
  return Math.abs(value) < 0.01 ? value.toPrecision(3) : value.toFixed(4);
}
