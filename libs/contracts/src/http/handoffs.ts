import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { HANDOFF_REASONS, messageSchema } from './conversations';
import { pageQuerySchema } from './page';
import { storableText } from '../text';

export const HANDOFF_STATES = ['waiting', 'claimed', 'returned', 'resolved'] as const;
export type HandoffState = (typeof HANDOFF_STATES)[number];

const agent = storableText(200).trim().min(1);

/** What a person needs to know before reading the conversation. */
export const handoffSummarySchema = z.object({
  question: z.string().describe('What the customer asked last'),
  intent: z.string().optional(),
  locale: z.string().describe('Language of the customer'),
  values: z.record(z.string(), z.string()).describe('Values recognised so far, such as the order number'),
  answered: z.array(z.string()).describe('Entries that were given as answers'),
  turns: z.number().int().nonnegative().describe('Messages of the customer'),
});
export type HandoffSummary = z.infer<typeof handoffSummarySchema>;

/** A conversation that waits for a person, or has one. */
export const handoffSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  reason: z.enum(HANDOFF_REASONS),
  state: z.enum(HANDOFF_STATES),
  summary: handoffSummarySchema,
  agent: z.string().optional().describe('Who claimed it'),
  note: z.string().optional(),
  createdAt: instantSchema,
  claimedAt: instantSchema.optional(),
  closedAt: instantSchema.optional(),
});
export type Handoff = z.infer<typeof handoffSchema>;

/** What a person works with. */
export const handoffDetailSchema = z.object({
  handoff: handoffSchema,
  messages: z.array(messageSchema).describe('The newest of the conversation, oldest first'),
  suggestions: z.array(
    z.object({
      entryId: z.string(),
      question: z.string(),
      answer: z.string().describe('With the values known so far'),
      probability: z.number().min(0).max(1),
    }),
  ),
});
export type HandoffDetail = z.infer<typeof handoffDetailSchema>;

/** Query of `GET /v1/handoffs`: those that wait longest first. */
export const handoffsQuerySchema = pageQuerySchema.extend({ state: z.enum(HANDOFF_STATES).optional(), agent: agent.optional() });

/** Body of `POST /v1/handoffs/{id}/claim`. */
export const handoffClaimSchema = z.strictObject({ agent });

/** Body of `POST /v1/handoffs/{id}/replies`. */
export const handoffReplySchema = z.strictObject({ agent, text: storableText(20_000).regex(/\S/, 'a message must not be empty') });

/** Body of `POST /v1/handoffs/{id}/return` and `…/resolve`. */
export const handoffEndSchema = z.strictObject({ agent, note: storableText(2_000).trim().min(1).optional() });
