import { z } from 'zod';

/** Place in a list whose newest entry comes first: the sequence of the last one that was seen. */
export const placeSchema = z.object({
  before: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
});
