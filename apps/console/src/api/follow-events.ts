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

const START_ID = /^id: ?(.+)$/m;

/** A stream to follow. */
export interface FollowOptions {
  readonly service: ServiceName;
  /** Such as `/v1/alerts/stream`. */
  readonly path: string;
  readonly signal: AbortSignal;
  onOpen?(): void;
  /** Told the id of where a stream begins, which may come without an event. */
  onStart?(id: string): void;
  onEvent(event: StreamedEvent): void;
}

/**
 * Follows a stream of server-sent events to its end. The browser's own EventSource sends no key, so the stream is read by fetch.
 *
 * @throws {ServiceProblem} as any call; a TypeError where the connection breaks
 */
export async function followEvents(
  { service, path, signal, onOpen, onStart, onEvent }: FollowOptions,
  lastEventId: string | undefined,
): Promise<void> {
  const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
  const response = await callService(service, new Request(`${baseUrl(service)}${path}`, { headers, signal }));
  onOpen?.();
  const parser = createParser({ onEvent: ({ id, event, data }) => onEvent({ id, event, data }) });
  let beginning: string | undefined = '';
  for await (const text of readText(response)) {
    if (beginning !== undefined) {
      beginning += text;
      const end = beginning.indexOf('\n\n');
      // The parser tells nothing of a block without data.
      const id = end === -1 ? undefined : START_ID.exec(beginning.slice(0, end))?.[1];
      if (id !== undefined) onStart?.(id);
      if (end !== -1) beginning = undefined;
    }
    parser.feed(text);
  }
}
