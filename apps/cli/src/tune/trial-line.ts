import { z } from 'zod';

/** What a trial's process says on stdout, one JSON object a line. */
export const trialLineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('report'), epoch: z.number(), value: z.number().nullable() }),
  z.object({ type: z.literal('done'), value: z.number().nullable(), seconds: z.number(), trainableParameters: z.number() }),
]);

/** One line of a trial's process. */
export type TrialLine = z.infer<typeof trialLineSchema>;
