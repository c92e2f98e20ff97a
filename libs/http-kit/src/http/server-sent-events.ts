import { once } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginRawAnswer } from './raw-answer';

/** A comment is sent so often, so that proxies keep a quiet stream open; milliseconds. */
const KEEP_ALIVE = 15_000;
/** A client that takes nothing for so long is cut off; it comes back with its Last-Event-ID. Milliseconds. */
const PATIENCE = 60_000;

const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

/** An event of a stream; its data go as JSON. */
export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

export interface SendEventsOptions {
  /** Id of the place at which the stream begins: a client that is cut off before the first event goes on after it. */
  readonly startId?: string | undefined;
}

/**
 * Answers with server-sent events (WHATWG HTML, section 9.2) until there are no more, or the signal is aborted. Events are taken at the
 * pace of the client. A HEAD request gets the headers alone.
 */
export async function sendEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  events: AsyncIterable<ServerSentEvent>,
  signal: AbortSignal,
  { startId }: SendEventsOptions = {},
): Promise<void> {
  const raw = beginRawAnswer(reply, HEADERS);
  if (request.method === 'HEAD') {
    raw.end();
    return;
  }
  // A block without data is no event, but its id counts.
  raw.write(`retry: 2000\n${startId === undefined ? '' : `id: ${startId}\n`}\n`);
  const keepAlive = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(': \n\n');
  }, KEEP_ALIVE);
  try {
    for await (const { id, event, data } of events) {
      if (raw.write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) continue;
      await once(raw, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]) });
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
