import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ApiRoute } from '../api/route-description';
import { Readiness } from './readiness';

const liveSchema = z.object({ status: z.literal('live') });
const readySchema = z.object({
  status: z.enum(['ready', 'not ready']),
  checks: z.record(z.string(), z.object({ ready: z.boolean(), reason: z.string().optional() })),
});

/** For whoever runs the service: live means that the event loop turns, ready that it takes work. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiRoute({ summary: 'Whether the process lives', scope: 'public', responses: { 200: { description: 'It lives', schema: liveSchema } } })
  live(): z.infer<typeof liveSchema> {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiRoute({
    summary: 'Whether the service takes work',
    scope: 'public',
    responses: {
      200: { description: 'It does', schema: readySchema },
      503: { description: 'It does not; the checks say why', schema: readySchema },
    },
  })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.report();
    const answer: z.infer<typeof readySchema> = { status: ready ? 'ready' : 'not ready', checks };
    await reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(answer);
  }
}
