import {
  feedbackApprovalSchema,
  feedbackInputSchema,
  feedbackQuerySchema,
  feedbackSchema,
  pageSchema,
  storableText,
  trainingRowSchema,
  type Feedback,
  type FeedbackApproval,
  type FeedbackInput,
} from '@attune/contracts';
import { answerWithRows, ApiRoute, ClientSignal, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { FeedbackService } from './feedback-service';

const idSchema = z.object({ id: storableText(100).min(1) });
type Id = z.infer<typeof idSchema>;
const ID = { id: '7a3d6e0c-0f8e-4f0e-9c39-1d5e0a7b2c44' };
const MESSAGE = 'c1a0f3a2-5d0e-4f43-8a55-6c1f6b7a3f10';
const ENTRY = '9d3c1b1e-7d0d-4a5e-b0a7-2b1d3f0f8a77';

/** What people think of replies, and what the service learns from it. */
@Controller('/v1/feedback')
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post()
  @ApiRoute({
    summary: 'Rate a reply, and say what would have been right',
    scope: 'write',
    responses: { 201: { description: 'Kept', schema: feedbackSchema } },
    problems: ['not-found', 'conflict'],
    examples: {
      rating: { messageId: MESSAGE, rating: 'helpful' },
      correction: { messageId: MESSAGE, rating: 'unhelpful', correction: { entryId: ENTRY, intent: 'return_item' } },
    },
  })
  createFeedback(@ZodBody(feedbackInputSchema) input: FeedbackInput): Promise<Feedback> {
    return this.feedback.record(input);
  }

  @Get()
  @ApiRoute({
    summary: 'List feedback, newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of feedback', schema: pageSchema(feedbackSchema) } },
    parameters: { state: 'proposed' },
  })
  listFeedback(
    @ZodQuery(feedbackQuerySchema) { state, rating, cursor, limit }: z.infer<typeof feedbackQuerySchema>,
  ): Promise<Page<Feedback>> {
    return this.feedback.list({ state, rating, cursor, limit });
  }

  @Get('training-rows')
  @ApiRoute({
    summary: 'Approved messages with their labels, without personal data, for `attune train`',
    description: 'The trainer takes the answer as it is: POST /v1/heads/{name}/feedback/import?source=customer-service.',
    scope: 'read',
    responses: { 200: { description: 'A row a line', schema: trainingRowSchema, contentType: 'application/x-ndjson' } },
  })
  exportTrainingRows(@Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    return answerWithRows(reply, client, this.feedback.trainingRows());
  }

  @Post(':id/approve')
  @ApiRoute({
    summary: 'Let a correction become a phrasing, an entry or a training row',
    scope: 'write',
    responses: { 200: { description: 'Approved', schema: feedbackSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    examples: { phrasing: { use: 'phrasing', entryId: ENTRY } },
    parameters: ID,
  })
  approveFeedback(@ZodPath(idSchema) { id }: Id, @ZodBody(feedbackApprovalSchema) approval: FeedbackApproval): Promise<Feedback> {
    return this.feedback.approve(id, approval);
  }

  @Post(':id/reject')
  @ApiRoute({
    summary: 'Leave a correction without effect',
    scope: 'write',
    responses: { 200: { description: 'Rejected', schema: feedbackSchema } },
    problems: ['not-found', 'conflict'],
    parameters: ID,
  })
  rejectFeedback(@ZodPath(idSchema) { id }: Id): Promise<Feedback> {
    return this.feedback.reject(id);
  }
}
