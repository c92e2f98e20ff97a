import { setImmediate } from 'node:timers/promises';
import { idPathSchema, trendQuerySchema, trendResponseSchema, type IdPath } from '@attune/contracts';
import { expectedBand, MINUTE, spanStart, trendPoints } from '@attune/opinion';
import { ApiRoute, HttpProblem, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { WatchRepository } from '../watches/watch-repository';
import { BucketRepository } from './bucket-repository';

const MAX_POINTS = 5_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What is expected is learnt from so long before the first point: days by the minute for fine steps, weeks by the hour for others. */
const FINE_PAST = 7 * DAY;
const LONG_PAST = 28 * DAY;

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
      'The first point is the step that `from` lies in. Counts are kept by the minute for a week, by the hour for a year, and by the day after that: finer steps put an hour or a day into its first step.',
    scope: 'read',
    responses: { 200: { description: 'A point a step; steps without documents have counts of 0', schema: trendResponseSchema } },
    problems: ['not-found'],
    parameters: { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e', from: '2026-03-01T00:00:00Z', to: '2026-03-01T06:00:00Z', step: 900 },
  })
  async getTrend(
    @ZodPath(idPathSchema) { id }: IdPath,
    @ZodQuery(trendQuerySchema) query: z.infer<typeof trendQuerySchema>,
  ): Promise<z.infer<typeof trendResponseSchema>> {
    const { step } = query;
    const milliseconds = step * 1_000;
    // The first step is told whole: half of it would look like a fall.
    const from = spanStart(Date.parse(query.from), milliseconds);
    const to = Date.parse(query.to);
    const points = (to - from) / milliseconds;
    if (to <= Date.parse(query.from) || points > MAX_POINTS) {
      const message = points > MAX_POINTS ? `gives more than ${MAX_POINTS} points` : 'must be later than from';
      throw new HttpProblem('invalid-request', { errors: [{ path: '/query/to', message }] });
    }
    const { rules } = await this.watches.get(id);
    const past = query.expected ? spanStart(from - (milliseconds < HOUR ? FINE_PAST : LONG_PAST), milliseconds) : from;
    const all = trendPoints(await this.buckets.read(id, new Date(past), new Date(to)), past, to, milliseconds);
    const shown = all.slice((from - past) / milliseconds);
    if (!query.expected) return { watchId: id, step, points: shown };
    const windows = all.map(({ start, stories }) => ({ start: Date.parse(start), stories }));
    const expected = await expectedBand(windows, { step: milliseconds, from, rules }, () => setImmediate());
    return { watchId: id, step, points: shown.map((point, place) => ({ ...point, expected: expected[place] })) };
  }
}
