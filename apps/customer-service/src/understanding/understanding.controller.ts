import { understandingRequestSchema, understandingResponseSchema } from '@attune/contracts';
import { ApiRoute, ClientSignal, ZodBody } from '@attune/service-kit';
import { Controller, Post } from '@nestjs/common';
import type { z } from 'zod';
import { UnderstandingService } from './understanding-service';

/** Tells what texts are about; nothing is kept. */
@Controller('/v1/understanding')
export class UnderstandingController {
  constructor(private readonly understanding: UnderstandingService) {}

  @Post()
  @ApiRoute({
    summary: 'Tell what texts are about, without a conversation',
    scope: 'read',
    responses: { 200: { description: 'A result a text, in their order', schema: understandingResponseSchema } },
    problems: ['overloaded'],
    examples: {
      question: { texts: ['How do I send something back?'] },
      explained: { texts: ['My parcel still has not come.'], explain: true },
    },
  })
  understand(
    @ZodBody(understandingRequestSchema) request: z.output<typeof understandingRequestSchema>,
    @ClientSignal() signal: AbortSignal,
  ): Promise<z.infer<typeof understandingResponseSchema>> {
    return this.understanding.of(request, signal);
  }
}
