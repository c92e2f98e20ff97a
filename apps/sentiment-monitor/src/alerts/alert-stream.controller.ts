import { alertEventSchema } from '@attune/contracts';
import { ApiRoute, ClientSignal, HttpProblem, sendEvents, Shutdown, type ServerSentEvent } from '@attune/service-kit';
import { isCommittedPosition } from '@attune/storage';
import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AlertFeed, type FeedItem } from './alert-feed';

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
      'With Last-Event-ID it goes on after that event, without one from now on; the first block has the id of where that is. Events may come twice: drop them by the id in their data.',
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
      const startId = lastEventId ?? (await this.feed.latest());
      const changes = await this.feed.follow(startId, signal);
      await sendEvents(request, reply, eventsOf(changes), signal, { startId });
    } finally {
      end.abort();
    }
  }
}

async function* eventsOf(changes: AsyncIterable<FeedItem>): AsyncGenerator<ServerSentEvent> {
  for await (const { position, event } of changes) yield { id: position, event: 'alert', data: event };
}
