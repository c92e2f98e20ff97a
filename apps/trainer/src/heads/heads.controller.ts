import { AttuneError } from '@attune/artifact';
import {
  compareQuerySchema,
  headComparisonSchema,
  headPathSchema,
  headSchema,
  headVersionDetailsSchema,
  headVersionPathSchema,
  headVersionSchema,
  headVersionsQuerySchema,
  pageSchema,
  promoteInputSchema,
  promotionSchema,
  rollbackInputSchema,
  type Head,
  type HeadComparison,
  type HeadPath,
  type HeadPromotion,
  type HeadVersion,
  type HeadVersionDetails,
  type HeadVersionPath,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, type Page, ZodBody, ZodPath, ZodQuery, type Identity } from '@attune/service-kit';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { z } from 'zod';
import { compareVersions } from './compare-versions';
import { HeadVersions } from './head-versions';
import { Promotions } from './promotions';

const HEAD = 'customer-service';
const VERSION = '20260301-093000-1f0c2d3e';

/** Heads, their versions, and what serves. */
@Controller('/v1/heads')
export class HeadsController {
  constructor(
    private readonly heads: HeadVersions,
    private readonly promotions: Promotions,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'Heads and what serves of each',
    scope: 'read',
    responses: { 200: { description: 'All heads', schema: z.object({ items: z.array(headSchema) }) } },
  })
  async listHeads(): Promise<{ items: Head[] }> {
    return { items: await this.heads.list() };
  }

  @Get(':name')
  @ApiRoute({
    summary: 'One head',
    scope: 'read',
    responses: { 200: { description: 'The head', schema: headSchema } },
    problems: ['not-found'],
    parameters: { name: HEAD },
  })
  getHead(@ZodPath(headPathSchema) { name }: HeadPath): Promise<Head> {
    return this.heads.get(name);
  }

  @Get(':name/versions')
  @ApiRoute({
    summary: 'Versions of a head with their figures, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of versions', schema: pageSchema(headVersionSchema) } },
    problems: ['not-found'],
    parameters: { name: HEAD },
  })
  listVersions(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(headVersionsQuerySchema) query: z.infer<typeof headVersionsQuerySchema>,
  ): Promise<Page<HeadVersion>> {
    return this.heads.versions(name, query);
  }

  @Get(':name/versions/:version')
  @ApiRoute({
    summary: 'One version: figures of each label, confusion matrix, calibration, course of its training',
    scope: 'read',
    responses: { 200: { description: 'The version', schema: headVersionDetailsSchema } },
    problems: ['not-found'],
    parameters: { name: HEAD, version: VERSION },
  })
  getVersion(@ZodPath(headVersionPathSchema) { name, version }: HeadVersionPath): Promise<HeadVersionDetails> {
    return this.heads.version(name, version);
  }

  @Get(':name/compare')
  @ApiRoute({
    summary: 'Compare a version with another, or with the one that serves',
    scope: 'read',
    responses: { 200: { description: 'Both, and what has changed', schema: headComparisonSchema } },
    problems: ['not-found', 'conflict'],
    parameters: { name: HEAD, version: VERSION },
  })
  async compareVersions(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(compareQuerySchema) { version, with: other }: z.infer<typeof compareQuerySchema>,
  ): Promise<HeadComparison> {
    const against = other ?? (await this.heads.get(name)).current?.version;
    if (against === undefined) throw new AttuneError('conflict', `No version of ${name} serves.`, { remedy: 'Name another one as with.' });
    return compareVersions(await this.heads.version(name, version), await this.heads.version(name, against));
  }

  @Post(':name/promote')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Let a version serve; every instance changes over within seconds',
    description: 'Its files are checked first. A version that serves already goes on, and nothing changes.',
    scope: 'admin',
    responses: { 200: { description: 'What now serves', schema: promotionSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    parameters: { name: HEAD },
    examples: { version: { version: VERSION, expectedGeneration: 2 } },
  })
  promote(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(promoteInputSchema) { version, expectedGeneration }: z.infer<typeof promoteInputSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<HeadPromotion> {
    return this.promotions.promote(name, version, expectedGeneration, identity?.name ?? 'anonymous');
  }

  @Post(':name/rollback')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Let the version serve that served before',
    scope: 'admin',
    responses: { 200: { description: 'What now serves', schema: promotionSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    parameters: { name: HEAD },
    examples: { anyGeneration: {} },
  })
  rollback(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(rollbackInputSchema) { expectedGeneration }: z.infer<typeof rollbackInputSchema>,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<HeadPromotion> {
    return this.promotions.rollback(name, expectedGeneration, identity?.name ?? 'anonymous');
  }
}
