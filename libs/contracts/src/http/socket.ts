import { z } from 'zod';
import { storableText } from '../text';
import { MAX_MESSAGE_CHARACTERS, MAX_SEQUENCE, messageSchema } from './conversations';

const conversationId = storableText(100).min(1);

/** Client to service: follow a conversation; again after a break, from the last message that was seen. */
export const socketJoinSchema = z.strictObject({
  conversationId,
  after: z.number().int().nonnegative().max(MAX_SEQUENCE).default(0).describe('Place of the last message that was seen'),
});

/** Client to service: say something in a conversation. */
export const socketSaySchema = z.strictObject({
  conversationId,
  text: storableText(MAX_MESSAGE_CHARACTERS).regex(/\S/, 'a message must not be empty'),
  key: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'a key has 1 to 200 visible ASCII characters')
    .describe('Of the message: sent again after a break, the same key is answered once'),
});

/** Service to client. */
export const socketEventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('joined'), data: z.object({ conversationId: z.string() }) }),
  z.object({ event: z.literal('typing'), data: z.object({ conversationId: z.string() }) }),
  z.object({ event: z.literal('message'), data: messageSchema }),
  z.object({
    event: z.literal('error'),
    data: z.object({ code: z.string(), detail: z.string(), key: z.string().optional().describe('Of the message that was refused') }),
  }),
]);
export type SocketEvent = z.infer<typeof socketEventSchema>;
