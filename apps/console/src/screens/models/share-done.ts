import type { TrainingJob } from './types';

/** How much of its steps a training has done, of 1; undefined where it does not tell. */
export function shareDone(progress: TrainingJob['progress']): number | undefined {
  const { step, steps } = progress ?? {};
  if (step === undefined || steps === undefined || steps === 0) return undefined;
  return Math.min(1, step / steps);
}
