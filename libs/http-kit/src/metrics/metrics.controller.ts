import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiRoute } from '../api/route-description';
import type { HttpConfiguration } from '../configuration/define-configuration';
import type { Identity } from '../security/api-key';
import { CurrentIdentity } from '../security/current-identity';
import { unauthenticated } from '../security/scope.guard';
import { CONFIGURATION } from '../service/service-options';
import { Metrics } from './metrics';

/** For Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    @Inject(CONFIGURATION) private readonly configuration: HttpConfiguration,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'Metrics for Prometheus',
    scope: 'public',
    responses: { 200: { description: 'The metrics', contentType: 'text/plain' } },
    problems: ['unauthenticated'],
  })
  async read(@Res() reply: FastifyReply, @CurrentIdentity() identity: Identity | undefined): Promise<void> {
    if (this.configuration.metricsAccess === 'read' && identity === undefined) throw unauthenticated();
    await reply.type(this.metrics.registry.contentType).send(await this.metrics.text());
  }
}
