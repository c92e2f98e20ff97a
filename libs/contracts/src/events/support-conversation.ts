import { z } from 'zod';
import { cloudEventSchema, instantSchema } from '../cloud-event';
import { HANDOFF_REASONS } from '../http/conversations';

export const SUPPORT_OUTCOMES = ['answered', 'clarified', 'handed-off', 'claimed', 'returned', 'resolved', 'rated', 'deleted'] as const;
export type SupportOutcome = (typeof SUPPORT_OUTCOMES)[number];

/** What happened in a conversation: ids and outcomes, never what was written. */
export const supportConversationSchema = z.object({
  conversationId: z.string(),
  outcome: z.enum(SUPPORT_OUTCOMES),
  at: instantSchema,
  messageId: z.string().optional(),
  intent: z.string().optional(),
  confidence: z.number().min(0).max(1).optional(),
  citations: z.array(z.string()).optional().describe('Ids of what the answer was made of'),
  handoffId: z.string().optional(),
  reason: z.enum(HANDOFF_REASONS).optional(),
  rating: z.enum(['helpful', 'unhelpful']).optional(),
  modelVersion: z.string().optional(),
});
export type SupportConversation = z.infer<typeof supportConversationSchema>;

/** On `support.conversations`. */
export const supportConversationEventSchema = cloudEventSchema('attune.support.conversation', supportConversationSchema);
export type SupportConversationEvent = z.infer<typeof supportConversationEventSchema>;
