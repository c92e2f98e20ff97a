import { onlineMetricsQuerySchema, onlineMetricsSchema, type OnlineMetrics } from '@attune/contracts';
import { ApiRoute, ZodQuery } from '@attune/service-kit';
import { Controller, Get } from '@nestjs/common';
import type { z } from 'zod';
import { ImpressionRepository } from './impression-repository';

const DAY = 24 * 60 * 60 * 1_000;

/** How lists do. */
@Controller('/v1/metrics')
export class OnlineMetricsController {
  constructor(private readonly impressions: ImpressionRepository) {}

  @Get('online')
  @ApiRoute({
    summary: 'Click-through by position, by version of the model, and by arm',
    description: 'Of lists shown in a time, the last day where none is named. Events count for the list that they name as `impressionId`.',
    scope: 'read',
    responses: { 200: { description: 'The rates', schema: onlineMetricsSchema } },
  })
  onlineMetrics(@ZodQuery(onlineMetricsQuerySchema) { from, to }: z.infer<typeof onlineMetricsQuerySchema>): Promise<OnlineMetrics> {
    const end = to === undefined ? new Date() : new Date(to);
    return this.impressions.metrics(from === undefined ? new Date(end.getTime() - DAY) : new Date(from), end);
  }
}
