import {
  idPathSchema,
  pageSchema,
  sentimentFeedbackInputSchema,
  sentimentFeedbackQuerySchema,
  sentimentFeedbackSchema,
  trainingRowSchema,
  type IdPath,
  type SentimentFeedback,
  type SentimentFeedbackInput,
} from '@attune/contracts';
import {
  answerWithRows,
  ApiRoute,
  ClientSignal,
  CurrentIdentity,
  type Page,
  ZodBody,
  ZodPath,
  ZodQuery,
  type Identity,
} from '@attune/service-kit';
import { Controller, Delete, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { FeedbackService } from './feedback-service';

const WATCH = '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e';

/** What people say that the head should have said, and the rows for training that come of it. */
@Controller('/v1/feedback')
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post()
  @ApiRoute({
    summary: 'Say what is right for a text that was scored',
    description: 'Of each text the last opinion counts. What was counted for trends and alerts stays as it is.',
    scope: 'write',
    responses: { 201: { description: 'Kept', schema: sentimentFeedbackSchema } },
    problems: ['not-found', 'conflict'],
    examples: { correction: { documentId: 'harbour-wire:4711', watchId: WATCH, label: 'neutral', note: 'Long announced.' } },
  })
  createFeedback(
    @ZodBody(sentimentFeedbackInputSchema) input: SentimentFeedbackInput,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<SentimentFeedback> {
    return this.feedback.record(input, identity?.name ?? 'anonymous');
  }

  @Get()
  @ApiRoute({
    summary: 'List feedback, newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of feedback', schema: pageSchema(sentimentFeedbackSchema) } },
    parameters: { watch: WATCH },
  })
  listFeedback(
    @ZodQuery(sentimentFeedbackQuerySchema) { document, watch, cursor, limit }: z.infer<typeof sentimentFeedbackQuerySchema>,
  ): Promise<Page<SentimentFeedback>> {
    return this.feedback.list({ documentId: document, watchId: watch, cursor, limit });
  }

  @Get('training-rows')
  @ApiRoute({
    summary: 'Texts with what people say is right, without personal data, for `attune train`',
    description: 'The trainer takes the answer as it is: POST /v1/heads/{name}/feedback/import?source=sentiment-monitor.',
    scope: 'read',
    responses: { 200: { description: 'A row a line', schema: trainingRowSchema, contentType: 'application/x-ndjson' } },
  })
  exportTrainingRows(@Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    return answerWithRows(reply, client, this.feedback.trainingRows());
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Withdraw feedback',
    scope: 'write',
    responses: { 204: { description: 'Withdrawn' } },
    problems: ['not-found'],
    parameters: { id: '7a3d6e0c-0f8e-4f0e-9c39-1d5e0a7b2c44' },
  })
  withdrawFeedback(@ZodPath(idPathSchema) { id }: IdPath): Promise<void> {
    return this.feedback.withdraw(id);
  }
}
