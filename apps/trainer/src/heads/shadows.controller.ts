import {
  headPathSchema,
  headShadowSchema,
  headShadowsSchema,
  shadowInputSchema,
  type HeadPath,
  type HeadShadow,
  type HeadShadows,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, ZodBody, ZodPath, type Identity } from '@attune/service-kit';
import { Controller, Delete, Get, Put } from '@nestjs/common';
import type { z } from 'zod';
import { Shadows } from './shadows';

const HEAD = { name: 'customer-service' };

/** Versions that score beside what serves, before they are promoted. */
@Controller('/v1/heads/:name/shadow')
export class ShadowsController {
  constructor(private readonly shadows: Shadows) {}

  @Get()
  @ApiRoute({
    summary: 'What is in shadow, and what was',
    description: 'What it says beside what serves, each instance of the service tells: GET /v1/models/shadow.',
    scope: 'read',
    responses: { 200: { description: 'The shadow, and its last changes, the newest first', schema: headShadowsSchema } },
    problems: ['not-found'],
    parameters: HEAD,
  })
  getShadow(@ZodPath(headPathSchema) { name }: HeadPath): Promise<HeadShadows> {
    return this.shadows.get(name);
  }

  @Put()
  @ApiRoute({
    summary: 'Put a version in shadow: it scores a share of what is asked, and answers nobody',
    description:
      'Every instance that serves the head begins within seconds, in place of what was in shadow before. Promotion of the version ends it.',
    scope: 'admin',
    responses: { 200: { description: 'What is in shadow', schema: headShadowSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    parameters: HEAD,
    examples: { tenth: { version: '20260301-093000-1f0c2d3e', share: 0.1 } },
  })
  putShadow(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(shadowInputSchema) input: z.output<typeof shadowInputSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<HeadShadow> {
    return this.shadows.start(name, input, identity?.name ?? 'anonymous');
  }

  @Delete()
  @ApiRoute({
    summary: 'End what is in shadow',
    scope: 'admin',
    responses: { 204: { description: 'Nothing is in shadow' } },
    problems: ['not-found', 'conflict'],
    parameters: HEAD,
  })
  stopShadow(@ZodPath(headPathSchema) { name }: HeadPath, @CurrentIdentity() identity: Identity | undefined): Promise<void> {
    return this.shadows.stop(name, identity?.name ?? 'anonymous');
  }
}
