import {
  catalogIdSchema,
  itemImportProgressSchema,
  itemInputSchema,
  itemsQuerySchema,
  pageSchema,
  storedItemSchema,
  type ItemInput,
  type StoredItem,
} from '@attune/contracts';
import { ApiRoute, beginRawAnswer, ClientSignal, type Page, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Delete, Get, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { importItems } from './item-import';
import { ItemService } from './item-service';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';
export const itemPathSchema = z.object({ id: catalogIdSchema });
export type ItemPath = z.infer<typeof itemPathSchema>;

const EXAMPLE = {
  title: 'Repairing a wooden window',
  text: 'How to free a stuck sash, replace a rotten sill and make it keep out the draught.',
  category: 'home',
  attributes: { author: 'Ines Maddox', minutes: 7 },
  publishedAt: '2026-03-01T09:30:00Z',
};

/** What can be recommended. */
@Controller('/v1/items')
export class ItemsController {
  constructor(private readonly items: ItemService) {}

  @Post('import')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Take in items from a file, with progress',
    description:
      'An item with the id of one that is there replaces it. Columns of CSV that an item does not have are attributes; several values of a cell are parted by |. The answer is NDJSON: a line after every 200 items, the last one with `done: true`.',
    scope: 'write',
    responses: { 200: { description: 'Progress', schema: itemImportProgressSchema, contentType: NDJSON } },
    streams: {
      [NDJSON]: { description: 'An item a line', example: `${JSON.stringify({ id: 'window-repair', ...EXAMPLE })}\n` },
      [CSV]: { description: 'An item a row, with a header', example: 'id,title,category,minutes\nsash,Freeing a stuck sash,home,4\n' },
    },
  })
  async importItems(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    const kind = request.headers['content-type']?.startsWith(CSV) === true ? 'csv' : 'ndjson';
    const raw = beginRawAnswer(reply, { 'content-type': NDJSON, 'cache-control': 'no-store' });
    for await (const progress of importItems(this.items, request.body as AsyncIterable<Buffer>, kind, client)) {
      raw.write(`${JSON.stringify(progress)}\n`);
    }
    raw.end();
  }

  @Get()
  @ApiRoute({
    summary: 'List items',
    scope: 'read',
    responses: { 200: { description: 'A page of items', schema: pageSchema(storedItemSchema) } },
  })
  listItems(@ZodQuery(itemsQuerySchema) query: z.infer<typeof itemsQuerySchema>): Promise<Page<StoredItem>> {
    return this.items.list(query);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One item',
    scope: 'read',
    responses: { 200: { description: 'The item', schema: storedItemSchema } },
    problems: ['not-found'],
    parameters: { id: 'window-repair' },
  })
  getItem(@ZodPath(itemPathSchema) { id }: ItemPath): Promise<StoredItem> {
    return this.items.get(id);
  }

  @Put(':id')
  @ApiRoute({
    summary: 'Add an item, or replace it; the next list may have it',
    scope: 'write',
    responses: { 200: { description: 'The item as it now is', schema: storedItemSchema } },
    problems: ['overloaded'],
    examples: { article: EXAMPLE },
    parameters: { id: 'window-repair' },
  })
  async putItem(@ZodPath(itemPathSchema) { id }: ItemPath, @ZodBody(itemInputSchema) input: ItemInput): Promise<StoredItem> {
    await this.items.write([{ id, ...input }]);
    return this.items.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({
    summary: 'Delete an item; no list has it from now on',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    problems: ['not-found'],
    parameters: { id: 'window-repair' },
  })
  async deleteItem(@ZodPath(itemPathSchema) { id }: ItemPath): Promise<void> {
    await this.items.delete(id);
  }
}
