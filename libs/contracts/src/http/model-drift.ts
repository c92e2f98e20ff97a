import { z } from 'zod';
import { instantSchema } from '../cloud-event';

const index = z.number().nonnegative();

/** How far a model's texts, and what it says of them, have moved from those that it was validated on. */
export const modelDriftSchema = z.object({
  model: z.string().describe('Its name in the model store'),
  version: z.string(),
  rows: z.number().int().nonnegative().describe('Texts of the time looked at, at most a day'),
  since: instantSchema,
  embedding: index
    .optional()
    .describe(
      'Shift of the middle of the texts, as a multiple of their spread; absent where too few came, or where the model says nothing of it',
    ),
  tasks: z
    .record(z.string(), z.object({ labels: index, probabilities: index }))
    .optional()
    .describe('Population stability index of each task: of its labels, and of how sure it is. By custom 0.1 is some change, 0.25 much'),
});
export type ModelDrift = z.infer<typeof modelDriftSchema>;
