import { trendQuerySchema, trendResponseSchema } from '@attune/contracts';
import { trendPoints } from '@attune/opinion';
import { ApiRoute, HttpProblem, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { WatchRepository } from '../watches/watch-repository';
import { BucketRepository } from './bucket-repository';

const idSchema = z.object({ id: z.string().min(1).max(100) });
const MAX_POINTS = 5_000;

/** How opinion about a watch went. */
@Controller('/v1/watches/:id/trend')
export class TrendsController {
  constructor(
    private readonly watches: WatchRepository,
    private readonly buckets: BucketRepository,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'Counts and mean score of a watch over time',
    description:
      'Counts are kept by the minute for a week and by the hour after that: finer steps than that put an hour into its first step.',
    scope: 'read',
    responses: { 200: { description: 'A point a step; steps without documents have counts of 0', schema: trendResponseSchema } },
    problems: ['not-found'],
    parameters: { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e', from: '2026-03-01T00:00:00Z', to: '2026-03-01T06:00:00Z', step: 900 },
  })
  async getTrend(
    @ZodPath(idSchema) { id }: z.infer<typeof idSchema>,
    @ZodQuery(trendQuerySchema) query: z.infer<typeof trendQuerySchema>,
  ): Promise<z.infer<typeof trendResponseSchema>> {
    const { step } = query;
    const from = new Date(query.from);
    const to = new Date(query.to);
    const points = (to.getTime() - from.getTime()) / (step * 1000);
    if (points <= 0 || points > MAX_POINTS) {
      throw new HttpProblem('invalid-request', {
        errors: [{ path: '/query/to', message: points <= 0 ? 'must be later than from' : `gives more than ${MAX_POINTS} points` }],
      });
    }
    await this.watches.get(id);
    const buckets = await this.buckets.read(id, from, to);
    return { watchId: id, step, points: trendPoints(buckets, from.getTime(), to.getTime(), step * 1000) };
  }
}
