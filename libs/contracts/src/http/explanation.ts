import { z } from 'zod';

/** A token and how much the probability of the label falls without it. */
export const tokenInfluenceSchema = z.object({
  text: z.string(),
  start: z.number().int().nonnegative(),
  end: z.number().int().positive(),
  influence: z.number(),
});

/** Rows that the head learnt from, near a text: what it was taught about the like. */
export const nearestRowsSchema = z.object({
  kept: z.number().int().nonnegative().describe('Training rows that the version keeps; 0: it keeps none, and none can be shown'),
  nearest: z
    .array(
      z.object({
        text: z.string(),
        entity: z.string().optional(),
        label: z.union([z.string(), z.array(z.string()), z.number()]).optional(),
        cosine: z.number().describe('Between its vector and that of the text'),
      }),
    )
    .describe('The nearest first'),
});

/** Texts that are explained at once: each takes many more through the head. */
const MOST_EXPLAINED = 4;

/** Whether a request explains no more texts than it may; for `refine`, with {@link EXPLAINS_TOO_MANY}. */
export function explainsFew({ texts, explain }: { texts: readonly unknown[]; explain: boolean }): boolean {
  return !explain || texts.length <= MOST_EXPLAINED;
}
export const EXPLAINS_TOO_MANY = { path: ['texts'], error: `at most ${MOST_EXPLAINED} texts are explained at once` };
