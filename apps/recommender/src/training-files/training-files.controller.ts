import { trainingEventsQuerySchema } from '@attune/contracts';
import { ApiRoute, beginRawAnswer, ClientSignal, ZodQuery } from '@attune/service-kit';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { TrainingFiles } from './training-files';

const CSV = 'text/csv';

/** What a head is trained on anew. */
@Controller('/v1/training')
export class TrainingFilesController {
  constructor(private readonly files: TrainingFiles) {}

  @Get('events.csv')
  @ApiRoute({
    summary: 'Events as `attune train --task ranking --events` reads them',
    scope: 'admin',
    responses: { 200: { description: 'Columns user, item, ts, type, value', schema: z.string(), contentType: CSV } },
  })
  exportEvents(
    @ZodQuery(trainingEventsQuerySchema) { from, to }: z.infer<typeof trainingEventsQuerySchema>,
    @Res() reply: FastifyReply,
    @ClientSignal() client: AbortSignal,
  ): Promise<void> {
    const rows = this.files.events(new Date(from ?? 0), to === undefined ? new Date() : new Date(to));
    return send(reply, 'events.csv', rows, client);
  }

  @Get('items.csv')
  @ApiRoute({
    summary: 'The catalogue as `attune train --task ranking --items` reads it',
    scope: 'admin',
    responses: { 200: { description: 'Columns item, text and the attributes', schema: z.string(), contentType: CSV } },
  })
  exportItems(@Res() reply: FastifyReply, @ClientSignal() client: AbortSignal): Promise<void> {
    return send(reply, 'items.csv', this.files.catalogue(), client);
  }
}

async function send(reply: FastifyReply, name: string, parts: AsyncIterable<string>, client: AbortSignal): Promise<void> {
  const raw = beginRawAnswer(reply, {
    'content-type': `${CSV}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
  });
  try {
    for await (const part of parts) {
      client.throwIfAborted();
      if (!raw.write(part)) await new Promise((resolve) => raw.once('drain', resolve));
    }
    raw.end();
  } catch {
    // The file has begun: that it is not whole shows in the connection, not in its content.
    raw.destroy();
  }
}
