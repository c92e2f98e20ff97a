import { z } from 'zod';

/** A measure of a trial while it trains. */
export const trialReportSchema = z.object({
  /** Epochs done. */
  epoch: z.number().nonnegative(),
  /** The validation measure that chooses checkpoints. */
  value: z.number().nullable(),
});

/** One training run of a study, as it is kept. */
export const trialSchema = z.object({
  /** Counted from 0, which is the configuration as it stood. */
  number: z.number().int().nonnegative(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** `running` also stands for one that was interrupted; `stopped` was below the others. */
  state: z.enum(['running', 'complete', 'stopped', 'failed']),
  reports: z.array(trialReportSchema),
  /** The best of the reports, or what a run without any came to. */
  value: z.number().optional(),
  seconds: z.number().nonnegative().optional(),
  trainableParameters: z.number().int().nonnegative().optional(),
  error: z.string().optional(),
});

/** A measure of a trial while it trains. */
export type TrialReport = z.infer<typeof trialReportSchema>;

/** One training run of a study. */
export type Trial = z.infer<typeof trialSchema>;

/** Whether more or less of the measure is better. */
export type Direction = 'higher' | 'lower';

/** The best of a trial's reports; undefined where none has a number. */
export function bestValue(reports: readonly TrialReport[], direction: Direction): number | undefined {
  const values = reports.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return undefined;
  return direction === 'higher' ? Math.max(...values) : Math.min(...values);
}

/** Orders values from the best to the worst. */
export function byValue(direction: Direction): (one: number, other: number) => number {
  return direction === 'higher' ? (one, other) => other - one : (one, other) => one - other;
}
