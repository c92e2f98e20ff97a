import { createParser } from 'eventsource-parser';
import type { ServiceName } from './keys';
import { readText } from './read-text';
import { baseUrl, callService } from './services';

/** An event of a stream, its data still text. */
export interface StreamedEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string;
}

/** A stream to follow. */
export interface FollowOptions {
  readonly service: ServiceName;
  /** Such as `/v1/alerts/stream`. */
  readonly path: string;
  readonly signal: AbortSignal;
  onOpen?(): void;
  onEvent(event: StreamedEvent): void;
}

/**
 * Follows a stream of server-sent events to its end. The browser's own EventSource sends no key, so the stream is read by fetch.
 *
 * @returns the id of the last event
 * @throws {ServiceProblem} as any call; a TypeError where the connection breaks
 */
export async function followEvents(
  { service, path, signal, onOpen, onEvent }: FollowOptions,
  lastEventId: string | undefined,
): Promise<string | undefined> {
  const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const response = await callService(service, new Request(`${baseUrl(service)}${path}`, { headers, signal }));
  onOpen?.();
  let last = lastEventId;
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      last = id ?? last;
      onEvent({ id, event, data });
    },
  });
  for await (const text of readText(response)) parser.feed(text);
  return last;
}
