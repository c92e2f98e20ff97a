import { z } from 'zod';

/** A request to take training steps of one shape; `precision` is for this project's worker, `fused` for PyTorch's. */
export const stepRequestSchema = z.object({
  rows: z.number().int().positive(),
  tokens: z.number().int().positive(),
  uneven: z.boolean(),
  steps: z.number().int().positive(),
  precision: z.enum(['fp32', 'bf16']).default('fp32'),
  fused: z.boolean().default(false),
});

export type StepRequest = z.infer<typeof stepRequestSchema>;

/** Times of the steps in milliseconds, on the clock and of all threads. */
export const stepAnswerSchema = z.object({ wallMs: z.array(z.number()), cpuMs: z.array(z.number()) });

export type StepAnswer = z.infer<typeof stepAnswerSchema>;
