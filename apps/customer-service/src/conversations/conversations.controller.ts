import {
  conversationInputSchema,
  conversationSchema,
  conversationsQuerySchema,
  messageInputSchema,
  messageResponseSchema,
  messageSchema,
  messagesQuerySchema,
  pageSchema,
  type Conversation,
  type ConversationInput,
  type Message,
  type MessageResponse,
  storableText,
} from '@attune/contracts';
import { ApiRoute, HttpProblem, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Delete, Get, Headers, Post } from '@nestjs/common';
import { z } from 'zod';
import { ConversationEraser } from '../privacy/conversation-eraser';
import { ConversationService } from './conversation-service';

const idSchema = z.object({ id: storableText(100).min(1) });
const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' };
const KEY = /^[\x21-\x7e]{1,200}$/;
const RETRIES = 'With the header Idempotency-Key the same request, sent again, gets the same answer.';

/** Conversations of customers with the service. */
@Controller('/v1/conversations')
export class ConversationsController {
  constructor(
    private readonly conversations: ConversationService,
    private readonly eraser: ConversationEraser,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Begin a conversation',
    description: RETRIES,
    scope: 'write',
    responses: { 201: { description: 'Begun', schema: conversationSchema } },
    examples: { english: { locale: 'en', channel: 'web' } },
  })
  createConversation(
    @ZodBody(conversationInputSchema) input: ConversationInput,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<Conversation> {
    return this.conversations.create(input, checkedKey(key));
  }

  @Get()
  @ApiRoute({
    summary: 'List conversations, those with the newest messages first',
    scope: 'read',
    responses: { 200: { description: 'A page of conversations', schema: pageSchema(conversationSchema) } },
  })
  listConversations(@ZodQuery(conversationsQuerySchema) query: z.infer<typeof conversationsQuerySchema>): Promise<Page<Conversation>> {
    return this.conversations.list(query);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One conversation',
    scope: 'read',
    responses: { 200: { description: 'The conversation', schema: conversationSchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  getConversation(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<Conversation> {
    return this.conversations.get(id);
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Delete a conversation with all that came from it',
    description: 'Its messages, hand-overs, feedback, gaps and training rows, and the phrasings and entries that its questions became.',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    parameters: ID,
  })
  deleteConversation(@ZodPath(idSchema) { id }: z.infer<typeof idSchema>): Promise<void> {
    return this.eraser.erase(id);
  }

  @Post(':id/messages')
  @ApiRoute({
    summary: 'Say something, and get the reply',
    description: `Messages of a conversation are answered in the order in which they come. While a person answers, there is no reply. ${RETRIES}`,
    scope: 'write',
    responses: { 200: { description: 'The message and the reply', schema: messageResponseSchema } },
    problems: ['not-found', 'conflict', 'overloaded'],
    examples: { question: { text: 'How do I send something back?' } },
    parameters: ID,
  })
  createMessage(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodBody(messageInputSchema) { text }: z.infer<typeof messageInputSchema>,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<MessageResponse> {
    return this.conversations.say(id, text, checkedKey(key));
  }

  @Get(':id/messages')
  @ApiRoute({
    summary: 'What was said, oldest first',
    scope: 'read',
    responses: { 200: { description: 'Messages', schema: z.object({ items: z.array(messageSchema) }) } },
    problems: ['not-found'],
    parameters: ID,
  })
  listMessages(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodQuery(messagesQuerySchema) { after, limit }: z.infer<typeof messagesQuerySchema>,
  ): Promise<{ items: Message[] }> {
    return this.conversations.messages(id, after, limit);
  }
}

function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined || KEY.test(key)) return key;
  throw new HttpProblem('invalid-request', { detail: 'An Idempotency-Key has 1 to 200 visible ASCII characters.' });
}
