import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { localeSchema } from './knowledge';
import { pageQuerySchema } from './page';
import { storableText } from '../text';

/** Most characters of a message; a longer one is refused. */
export const MAX_MESSAGE_CHARACTERS = 20_000;
/** Places of messages are numbers that a column of the database holds. */
export const MAX_SEQUENCE = 2_147_483_647;

export const REPLY_ACTIONS = ['answer', 'clarify', 'handoff'] as const;
export type ReplyAction = (typeof REPLY_ACTIONS)[number];

/** Why a conversation goes to a person. */
export const HANDOFF_REASONS = ['requested', 'out-of-scope', 'unsure', 'anger', 'unresolved'] as const;
export type HandoffReason = (typeof HANDOFF_REASONS)[number];

const probability = z.number().min(0).max(1);

/** What an answer was made of: an entry, a passage of a document, or a hit of the external search. */
export const citationSchema = z.object({
  kind: z.enum(['entry', 'passage', 'external']),
  id: z.string().describe('Of the entry, of the document, or the address of the hit'),
  title: z.string().describe('Question of the entry, title of the document or of the hit'),
  heading: z.string().optional().describe('Of a passage: the headings above it'),
  url: z.string().optional(),
});
export type Citation = z.infer<typeof citationSchema>;

/** Another entry that may have been meant. */
export const alternativeSchema = z.object({ entryId: z.string(), question: z.string(), probability });
export type Alternative = z.infer<typeof alternativeSchema>;

/** What the service says to a message, and why. */
export const replySchema = z.object({
  id: z.string().describe('Of the message that holds it'),
  action: z.enum(REPLY_ACTIONS),
  text: z.string(),
  intent: z.string().nullable().describe('Label of the head; null where the message asks nothing, such as a greeting'),
  confidence: probability.describe('Calibrated probability that the reply is the right one'),
  citations: z.array(citationSchema),
  alternatives: z.array(alternativeSchema).describe('When clarifying, in the order in which they are offered'),
  handoff: z.object({ id: z.string(), reason: z.enum(HANDOFF_REASONS) }).optional(),
});
export type Reply = z.infer<typeof replySchema>;

export const MESSAGE_AUTHORS = ['customer', 'bot', 'person'] as const;

/** A message of a conversation. */
export const messageSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  sequence: z.number().int().positive().describe('Place in the conversation, from 1'),
  author: z.enum(MESSAGE_AUTHORS),
  text: z.string(),
  createdAt: instantSchema,
  reply: replySchema.omit({ id: true, text: true }).optional().describe('Of a message of the bot: how it came about'),
  inReplyTo: z.string().optional().describe('Of a message of the bot: the message it answers'),
});
export type Message = z.infer<typeof messageSchema>;

/** Body of `POST /v1/conversations`. */
export const conversationInputSchema = z.strictObject({
  locale: localeSchema.optional().describe('Language of the customer; told from each message without it'),
  channel: storableText(50).trim().min(1).default('api'),
  customer: storableText(200).trim().min(1).optional().describe('How the company calls the customer; never shown to a model'),
});
export type ConversationInput = z.infer<typeof conversationInputSchema>;

export const conversationSchema = z.object({
  id: z.string(),
  locale: z.string().optional(),
  channel: z.string(),
  customer: z.string().optional(),
  answeredBy: z.enum(['bot', 'person']).describe('Who answers the next message; the bot is silent while a person does'),
  handoffId: z.string().optional().describe('The hand-over that is open'),
  messages: z.number().int().nonnegative(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type Conversation = z.infer<typeof conversationSchema>;

/** Query of `GET /v1/conversations`. */
export const conversationsQuerySchema = pageQuerySchema.extend({ customer: storableText(200).optional() });

/** Body of `POST /v1/conversations/{id}/messages`. */
export const messageInputSchema = z.strictObject({
  text: z.string().max(MAX_MESSAGE_CHARACTERS).regex(/\S/, 'a message must not be empty'),
});

/** Answer to a message. */
export const messageResponseSchema = z.object({
  message: messageSchema,
  reply: replySchema.nullable().describe('null while a person answers'),
});
export type MessageResponse = z.infer<typeof messageResponseSchema>;

/** Query of `GET /v1/conversations/{id}/messages`. */
export const messagesQuerySchema = z.object({
  after: z.coerce.number().int().nonnegative().max(MAX_SEQUENCE).default(0).describe('Only messages after this place in the conversation'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
