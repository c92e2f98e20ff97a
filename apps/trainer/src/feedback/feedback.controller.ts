import {
  feedbackErasureQuerySchema,
  feedbackErasureSchema,
  feedbackImportQuerySchema,
  feedbackReceiptSchema,
  feedbackReviewedSchema,
  feedbackReviewSchema,
  feedbackRowSchema,
  feedbackRowsInputSchema,
  feedbackRowsQuerySchema,
  headPathSchema,
  pageSchema,
  type FeedbackErasure,
  type FeedbackReceipt,
  type FeedbackRow,
  type HeadPath,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, type Page, readNdjson, ZodBody, ZodPath, ZodQuery, type Identity } from '@attune/service-kit';
import { Controller, Delete, Get, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { FeedbackEraser } from './feedback-eraser';
import { FeedbackService } from './feedback-service';

const HEAD = { name: 'customer-service' };
const ROW = {
  text: 'my parcel went to the neighbours',
  label: 'track_order',
  source: 'customer-service',
  subject: '5b0f1c1e-8a0d-4b53-9d0c-2f6f5d5c1a77',
  at: '2026-03-01T10:00:00Z',
};

/** Corrections: what people say that a head should have answered. */
@Controller('/v1/heads/:name/feedback')
export class FeedbackController {
  constructor(
    private readonly feedback: FeedbackService,
    private readonly eraser: FeedbackEraser,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Hand in corrections, which wait for a review',
    description:
      'A text that is there already with the same label, but for case and blanks, is counted once; with another label both are flagged.',
    scope: 'write',
    responses: { 200: { description: 'What became of them', schema: feedbackReceiptSchema } },
    problems: ['not-found', 'unprocessable'],
    parameters: HEAD,
    examples: { correction: { rows: [ROW] } },
  })
  receiveFeedback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(feedbackRowsInputSchema) { rows }: z.infer<typeof feedbackRowsInputSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<FeedbackReceipt> {
    return this.feedback.receive(name, rows, nameOf(identity));
  }

  @Post('import')
  @ApiRoute({
    summary: 'Hand in a file of corrections',
    description:
      'What customer-service and sentiment-monitor answer on GET /v1/feedback/training-rows can be sent here as it is. Rows that cannot be read are told of, the others stay.',
    scope: 'write',
    responses: { 200: { description: 'What became of them', schema: feedbackReceiptSchema } },
    problems: ['not-found', 'unprocessable', 'too-large'],
    parameters: { ...HEAD, source: 'customer-service' },
    streams: { 'application/x-ndjson': { description: 'A correction a line', example: `${JSON.stringify(ROW)}\n` } },
  })
  importFeedback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(feedbackImportQuerySchema) { source = 'import' }: z.infer<typeof feedbackImportQuerySchema>,
    @Req() request: FastifyRequest,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<FeedbackReceipt> {
    return this.feedback.import(name, valuesOf(request), { actor: nameOf(identity), source });
  }

  @Get()
  @ApiRoute({
    summary: 'Corrections, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of corrections', schema: pageSchema(feedbackRowSchema) } },
    problems: ['not-found'],
    parameters: { ...HEAD, state: 'pending' },
  })
  listFeedback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(feedbackRowsQuerySchema) query: z.infer<typeof feedbackRowsQuerySchema>,
  ): Promise<Page<FeedbackRow>> {
    return this.feedback.list(name, query);
  }

  @Post('review')
  @ApiRoute({
    summary: 'Approve corrections, or reject them',
    description: 'All of them or none. Approved ones stand in the next training set; of a text one label can be approved.',
    scope: 'write',
    responses: { 200: { description: 'The corrections as they now are', schema: feedbackReviewedSchema } },
    problems: ['not-found', 'conflict'],
    parameters: HEAD,
    examples: { approval: { ids: ['7a3d6e0c-0f8e-4f0e-9c39-1d5e0a7b2c44'], state: 'approved' } },
  })
  async reviewFeedback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(feedbackReviewSchema) review: z.infer<typeof feedbackReviewSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<{ items: FeedbackRow[] }> {
    return { items: await this.feedback.review(name, review, nameOf(identity)) };
  }

  @Delete()
  @ApiRoute({
    summary: "Delete a person's corrections, and name what has learnt from them",
    description: 'They leave the training sets and their files, too. Versions that learnt from them stay, and are named.',
    scope: 'admin',
    responses: { 200: { description: 'What was touched', schema: feedbackErasureSchema } },
    problems: ['not-found', 'conflict'],
    parameters: { ...HEAD, subject: ROW.subject },
  })
  eraseFeedback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(feedbackErasureQuerySchema) { subject }: z.infer<typeof feedbackErasureQuerySchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<FeedbackErasure> {
    return this.eraser.erase(name, subject, nameOf(identity));
  }
}

async function* valuesOf(request: FastifyRequest): AsyncGenerator<unknown> {
  for await (const { value } of readNdjson(request.body as AsyncIterable<Buffer>)) yield value;
}

function nameOf(identity: Identity | undefined): string {
  return identity?.name ?? 'anonymous';
}
