import { alternativeSchema, slotSchema } from '@attune/contracts';
import { z } from 'zod';
import { VALUE_TYPES } from '../slots/recognise';

const asked = z.object({
  question: z.string().describe('What the customer asked, without what it points back to'),
  normalForm: z.string(),
});

/** What a conversation remembers from turn to turn, beside its messages. Plain JSON. */
export const conversationStateSchema = z.object({
  /** Turns in a row in which nothing was answered. */
  unsureTurns: z.number().int().nonnegative().default(0),
  /** The choices of the clarifying question that was asked last, if it was the last thing said. */
  offered: asked.extend({ alternatives: z.array(alternativeSchema) }).optional(),
  /** The value that was asked for last, and what is answered with it. */
  awaiting: asked
    .extend({ slot: slotSchema, entryIds: z.array(z.string()), confidence: z.number(), values: z.record(z.string(), z.string()) })
    .optional(),
  /** The last question that was answered, for what refers to it. */
  answered: asked
    .extend({ entryIds: z.array(z.string()), quotedIds: z.array(z.string()).optional(), times: z.number().int().positive() })
    .optional(),
  /** Probability of anger of the newest messages, the newest last. */
  anger: z.array(z.number()).default([]),
  /** Values of slots by their names. */
  values: z.record(z.string(), z.string()).default({}),
  /** Values that messages showed, by their types. */
  recognised: z.partialRecord(z.enum(VALUE_TYPES), z.string()).default({}),
});
export type ConversationState = z.infer<typeof conversationStateSchema>;

/** The state of a conversation in which nothing was said. */
export function freshState(): ConversationState {
  return { unsureTurns: 0, anger: [], values: {}, recognised: {} };
}

/** The state after a person has had the conversation: what made the bot hand it over is forgotten, so that it does not do so again at once. */
export function returnedState({ answered, values, recognised }: ConversationState): ConversationState {
  return { ...freshState(), values, recognised, ...(answered === undefined ? {} : { answered }) };
}
