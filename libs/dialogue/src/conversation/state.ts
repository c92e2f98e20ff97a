import { alternativeSchema } from '@attune/contracts';
import { z } from 'zod';

/** What a conversation remembers from turn to turn, beside its messages. Plain JSON. */
export const conversationStateSchema = z.object({
  /** Turns in a row in which nothing was answered. */
  unsureTurns: z.number().int().nonnegative().default(0),
  /** The choices of the clarifying question that was asked last, if it was the last thing said. */
  offered: z.object({ question: z.string(), alternatives: z.array(alternativeSchema) }).optional(),
  /** The last question that was answered, for what refers to it. */
  answered: z
    .object({ question: z.string(), normalForm: z.string(), entryIds: z.array(z.string()), times: z.number().int().positive() })
    .optional(),
  /** Probability of anger of the newest messages, the newest last. */
  anger: z.array(z.number()).default([]),
});
export type ConversationState = z.infer<typeof conversationStateSchema>;

/** The state of a conversation in which nothing was said, or that a person has given back. */
export function freshState(): ConversationState {
  return { unsureTurns: 0, anger: [] };
}
