import {
  handoffClaimSchema,
  handoffDetailSchema,
  handoffEndSchema,
  handoffReplySchema,
  handoffSchema,
  handoffsQuerySchema,
  messageSchema,
  pageSchema,
  type Handoff,
  type HandoffDetail,
  type Message,
  storableText,
} from '@attune/contracts';
import { ApiRoute, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { HandoffService } from './handoff-service';

const idSchema = z.object({ id: storableText(100).min(1) });
type Id = z.infer<typeof idSchema>;
const ID = { id: '5d8f9a1c-2f8b-4a31-8a8c-3c0d6a0f9a10' };

/** Conversations that people lead. */
@Controller('/v1/handoffs')
export class HandoffsController {
  constructor(private readonly handoffs: HandoffService) {}

  @Get()
  @ApiRoute({
    summary: 'The queue: hand-overs, those that wait longest first',
    scope: 'read',
    responses: { 200: { description: 'A page of hand-overs', schema: pageSchema(handoffSchema) } },
    parameters: { state: 'waiting' },
  })
  listHandoffs(
    @ZodQuery(handoffsQuerySchema) { state, agent, cursor, limit }: z.infer<typeof handoffsQuerySchema>,
  ): Promise<Page<Handoff>> {
    return this.handoffs.list({ state, agent, cursor, limit });
  }

  @Get(':id')
  @ApiRoute({
    summary: 'A hand-over with its conversation and suggested answers',
    scope: 'read',
    responses: { 200: { description: 'What a person works with', schema: handoffDetailSchema } },
    problems: ['not-found', 'overloaded'],
    parameters: ID,
  })
  getHandoff(@ZodPath(idSchema) { id }: Id): Promise<HandoffDetail> {
    return this.handoffs.detail(id);
  }

  @Post(':id/claim')
  @ApiRoute({
    summary: 'Take a hand-over that waits',
    scope: 'write',
    responses: { 200: { description: 'Yours', schema: handoffSchema } },
    problems: ['not-found', 'conflict'],
    examples: { agent: { agent: 'kim' } },
    parameters: ID,
  })
  claimHandoff(
    @ZodPath(idSchema) { id }: Id,
    @ZodBody(handoffClaimSchema) { agent }: z.infer<typeof handoffClaimSchema>,
  ): Promise<Handoff> {
    return this.handoffs.claim(id, agent);
  }

  @Post(':id/replies')
  @ApiRoute({
    summary: 'Say something to the customer',
    scope: 'write',
    responses: { 201: { description: 'The message', schema: messageSchema } },
    problems: ['not-found', 'conflict'],
    examples: { reply: { agent: 'kim', text: 'I have sent the part again; it arrives on Tuesday.' } },
    parameters: ID,
  })
  replyToHandoff(
    @ZodPath(idSchema) { id }: Id,
    @ZodBody(handoffReplySchema) { agent, text }: z.infer<typeof handoffReplySchema>,
  ): Promise<Message> {
    return this.handoffs.reply(id, agent, text);
  }

  @Post(':id/return')
  @ApiRoute({
    summary: 'Give the conversation back to the service, which answers the next message',
    scope: 'write',
    responses: { 200: { description: 'Given back', schema: handoffSchema } },
    problems: ['not-found', 'conflict'],
    examples: { agent: { agent: 'kim' } },
    parameters: ID,
  })
  returnHandoff(
    @ZodPath(idSchema) { id }: Id,
    @ZodBody(handoffEndSchema) { agent, note }: z.infer<typeof handoffEndSchema>,
  ): Promise<Handoff> {
    return this.handoffs.end(id, 'returned', agent, note);
  }

  @Post(':id/resolve')
  @ApiRoute({
    summary: 'End a hand-over whose matter is settled',
    scope: 'write',
    responses: { 200: { description: 'Settled', schema: handoffSchema } },
    problems: ['not-found', 'conflict'],
    examples: { agent: { agent: 'kim', note: 'Sent the part again' } },
    parameters: ID,
  })
  resolveHandoff(
    @ZodPath(idSchema) { id }: Id,
    @ZodBody(handoffEndSchema) { agent, note }: z.infer<typeof handoffEndSchema>,
  ): Promise<Handoff> {
    return this.handoffs.end(id, 'resolved', agent, note);
  }
}
