import { gapCloseSchema, gapSchema, gapsQuerySchema, storableText, type Gap } from '@attune/contracts';
import { ApiRoute, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { GapService } from './gap-service';

const idSchema = z.object({ id: storableText(100).min(1) });
const listSchema = z.object({ items: z.array(gapSchema) });

/** What customers ask and the knowledge does not answer. */
@Controller('/v1/gaps')
export class GapsController {
  constructor(private readonly gaps: GapService) {}

  @Get()
  @ApiRoute({
    summary: 'Questions without a good answer, grouped by meaning, most asked first',
    scope: 'read',
    responses: { 200: { description: 'Gaps', schema: listSchema } },
    problems: ['overloaded'],
  })
  async listGaps(@ZodQuery(gapsQuerySchema) { limit, locale }: z.infer<typeof gapsQuerySchema>): Promise<{ items: Gap[] }> {
    return { items: await this.gaps.list(limit, locale) };
  }

  @Post(':id/close')
  @ApiRoute({
    summary: 'Close a gap: an entry answers it now, or it needs no answer',
    scope: 'write',
    responses: { 204: { description: 'Closed' } },
    problems: ['not-found', 'overloaded'],
    examples: { answered: { entryId: '9d3c1b1e-7d0d-4a5e-b0a7-2b1d3f0f8a77' }, dismissed: {} },
    parameters: { id: 'c1a0f3a2-5d0e-4f43-8a55-6c1f6b7a3f10' },
  })
  closeGap(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodBody(gapCloseSchema) { entryId }: z.infer<typeof gapCloseSchema>,
  ): Promise<void> {
    return this.gaps.close(id, entryId);
  }
}
