import {
  idPathSchema,
  muteSchema,
  pageQuerySchema,
  pageSchema,
  watchInputSchema,
  watchSchema,
  type IdPath,
  type Watch,
  type WatchInput,
} from '@attune/contracts';
import { ApiRoute, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import { z } from 'zod';
import { WatchService } from './watch-service';

const EXAMPLE = {
  name: 'Halden Freight',
  target: { kind: 'entity', names: ['Halden Freight'], aliases: ['Halden'], tickers: ['HLDF'] },
};
const TOPIC_EXAMPLE = {
  name: 'Recalls',
  target: { kind: 'topic', keywords: ['recall'], description: 'A product is called back for safety' },
};
const ID = { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' };

/** Watched entities and topics. */
@Controller('/v1/watches')
export class WatchesController {
  constructor(private readonly watches: WatchService) {}

  @Post()
  @ApiRoute({
    summary: 'Watch an entity or a topic',
    scope: 'write',
    responses: { 201: { description: 'Watched', schema: watchSchema } },
    problems: ['unprocessable'],
    examples: { entity: EXAMPLE, topic: TOPIC_EXAMPLE },
  })
  createWatch(@ZodBody(watchInputSchema) input: WatchInput): Promise<Watch> {
    return this.watches.create(input);
  }

  @Get()
  @ApiRoute({
    summary: 'List watches',
    scope: 'read',
    responses: { 200: { description: 'A page of watches', schema: pageSchema(watchSchema) } },
  })
  listWatches(@ZodQuery(pageQuerySchema) query: z.infer<typeof pageQuerySchema>): Promise<Page<Watch>> {
    return this.watches.list(query);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One watch',
    scope: 'read',
    responses: { 200: { description: 'The watch', schema: watchSchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  getWatch(@ZodPath(idPathSchema) { id }: IdPath): Promise<Watch> {
    return this.watches.get(id);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Replace a watch',
    scope: 'write',
    responses: { 200: { description: 'The watch as it now is', schema: watchSchema } },
    problems: ['not-found', 'unprocessable'],
    examples: { entity: EXAMPLE },
    parameters: ID,
  })
  replaceWatch(@ZodPath(idPathSchema) { id }: IdPath, @ZodBody(watchInputSchema) input: WatchInput): Promise<Watch> {
    return this.watches.replace(id, input);
  }

  @Delete(':id')
  @ApiRoute({
    summary: 'Stop watching; its history is forgotten, its alerts are kept',
    scope: 'write',
    responses: { 204: { description: 'No longer watched' } },
    problems: ['not-found'],
    parameters: ID,
  })
  deleteWatch(@ZodPath(idPathSchema) { id }: IdPath): Promise<void> {
    return this.watches.delete(id);
  }

  @Put(':id/mute')
  @ApiRoute({
    summary: 'Send no alerts of a watch until a time',
    scope: 'write',
    responses: { 200: { description: 'The watch', schema: watchSchema } },
    problems: ['not-found'],
    examples: { tomorrow: { until: '2026-03-02T08:00:00Z' } },
    parameters: ID,
  })
  muteWatch(@ZodPath(idPathSchema) { id }: IdPath, @ZodBody(muteSchema) { until }: z.infer<typeof muteSchema>): Promise<Watch> {
    return this.watches.mute(id, new Date(until));
  }

  @Delete(':id/mute')
  @ApiRoute({
    summary: 'Send alerts of a watch again',
    scope: 'write',
    responses: { 200: { description: 'The watch', schema: watchSchema } },
    problems: ['not-found'],
    parameters: ID,
  })
  unmuteWatch(@ZodPath(idPathSchema) { id }: IdPath): Promise<Watch> {
    return this.watches.mute(id, null);
  }
}
