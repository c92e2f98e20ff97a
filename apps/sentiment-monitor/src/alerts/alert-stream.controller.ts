import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { alertEventSchema } from '@attune/contracts';
import { ApiRoute, beginRawAnswer, ClientSignal, HttpProblem, Shutdown } from '@attune/service-kit';
import { isCommittedPosition } from '@attune/storage';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AlertFeed, type FeedItem } from './alert-feed';

/** A comment is sent so often, so that proxies keep a quiet stream open. */
const KEEP_ALIVE_MS = 15_000;
/** A client that takes nothing for so long is cut off; it comes back with its Last-Event-ID. */
const PATIENCE_MS = 60_000;

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** Changes of alerts as server-sent events (WHATWG HTML, section 9.2). */
@Controller('/v1/alerts/stream')
export class AlertStreamController {
  constructor(
    private readonly feed: AlertFeed,
    private readonly shutdown: Shutdown,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'Follow alerts as server-sent events',
    description:
      'With Last-Event-ID it goes on after that event, without one from now on. Events may come twice: drop them by the id in their data.',
    scope: 'read',
    responses: { 200: { description: 'Events named `alert`', schema: alertEventSchema, contentType: 'text/event-stream' } },
    problems: ['invalid-request', 'unavailable'],
  })
  async streamAlerts(
    @Headers('last-event-id') lastEventId: string | undefined,
    @ClientSignal() client: AbortSignal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (lastEventId !== undefined && !isCommittedPosition(lastEventId)) {
      throw new HttpProblem('invalid-request', { detail: 'Last-Event-ID is not an id of this stream.' });
    }
    const end = new AbortController();
    const signal = AbortSignal.any([client, this.shutdown.stopping, end.signal]);
    try {
      const changes = await this.feed.follow(lastEventId, signal);
      const raw = beginRawAnswer(reply, HEADERS);
      if (request.method === 'HEAD') raw.end();
      else await write(raw, changes, signal);
    } finally {
      end.abort();
    }
  }
}

/** Writes what a client takes, at its pace: what it does not take stays in the database. */
async function write(raw: ServerResponse, changes: AsyncGenerator<FeedItem>, signal: AbortSignal): Promise<void> {
  raw.write('retry: 2000\n\n');
  const keepAlive = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': \n\n');
  }, KEEP_ALIVE_MS);
  try {
    for await (const item of changes) {
      if (raw.write(serverSentEvent(item))) continue;
      await once(raw, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) });
    }
    raw.end();
  } catch {
    // The stream has begun, so nothing can be answered: the client connects again, and is told then.
    if (signal.aborted) raw.end();
    else raw.destroy();
  } finally {
    clearInterval(keepAlive);
  }
}

function serverSentEvent({ position, event }: FeedItem): string {
  return `id: ${position}\nevent: alert\ndata: ${JSON.stringify(event)}\n\n`;
}
