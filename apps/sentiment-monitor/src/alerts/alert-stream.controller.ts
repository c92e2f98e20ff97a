import { alertEventSchema } from '@attune/contracts';
import { ApiRoute, ClientSignal, HttpProblem, Shutdown } from '@attune/service-kit';
import { Controller, Get, Headers, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AlertFeed, type FeedItem } from './alert-feed';

/** A comment is sent so often, so that proxies keep a quiet stream open. */
const KEEP_ALIVE_MS = 15_000;
/** A client that reads nothing is cut off when this much waits for it; it comes back with its Last-Event-ID. */
const MAX_WAITING_BYTES = 1_000_000;

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
  })
  async streamAlerts(
    @Headers('last-event-id') lastEventId: string | undefined,
    @ClientSignal() client: AbortSignal,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (lastEventId !== undefined && !/^\d{1,20}-\d{1,20}$/.test(lastEventId)) {
      throw new HttpProblem('invalid-request', { detail: 'Last-Event-ID is not an id of this stream.' });
    }
    const end = new AbortController();
    const signal = AbortSignal.any([client, this.shutdown.stopping, end.signal]);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    raw.write('retry: 2000\n\n');
    const keepAlive = setInterval(() => raw.write(': \n\n'), KEEP_ALIVE_MS);
    const close = (): void => {
      clearInterval(keepAlive);
      raw.end();
    };
    // Who comes while the service stops comes again at once, to another instance.
    if (signal.aborted) return close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.feed.follow(lastEventId, signal, (item) => {
        raw.write(serverSentEvent(item));
        if (raw.writableLength > MAX_WAITING_BYTES) end.abort();
      });
    } catch {
      // The stream has begun, so nothing can be answered: the client connects again and is told then.
      end.abort();
    }
  }
}

function serverSentEvent({ position, event }: FeedItem): string {
  return `id: ${position}\nevent: alert\ndata: ${JSON.stringify(event)}\n\n`;
}
