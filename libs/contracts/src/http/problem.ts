import { z } from 'zod';

/** An error body of RFC 9457, `application/problem+json`. */
export const problemSchema = z.object({
  type: z.string().describe('URI reference of the kind of problem; stable, for programs'),
  title: z.string(),
  status: z.number().int().min(400).max(599),
  detail: z.string().optional().describe('What is wrong with this request, for people'),
  instance: z.string().optional(),
  code: z.string().describe('The kind of problem in one word'),
  requestId: z.string().optional(),
  errors: z.array(z.object({ path: z.string().describe('JSON Pointer into the request'), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;
