import { alertEventSchema, type AlertEvent } from '@attune/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';

/** An event as it came, with the id to go on after. */
export interface StreamedAlert {
  readonly id: string;
  readonly event: AlertEvent;
}

/** A subscriber of `/v1/alerts/stream`. */
export interface AlertSubscriber {
  /** What has come so far. */
  readonly received: readonly StreamedAlert[];
  /** Waits until something holds for what has come. @throws Error where the stream ends before */
  until(holds: (received: readonly StreamedAlert[]) => boolean): Promise<void>;
  close(): void;
}

/** Opens the stream, and returns once it is open. */
export async function subscribeToAlerts(url: string, headers: Record<string, string>): Promise<AlertSubscriber> {
  const controller = new AbortController();
  const { status, body } = await fetch(`${url}/v1/alerts/stream`, { headers, signal: controller.signal });
  if (status !== 200 || body === null) throw new Error(`The stream answered ${String(status)}.`);
  const received: StreamedAlert[] = [];
  let news = (): void => undefined;
  let ended = false;
  const reading = (async () => {
    for await (const { id = '', data } of body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())) {
      received.push({ id, event: alertEventSchema.parse(JSON.parse(data)) });
      news();
    }
  })();
  void reading
    .catch(() => undefined)
    .finally(() => {
      ended = true;
      news();
    });
  return {
    received,
    until: async (holds) => {
      while (!holds(received)) {
        if (ended) throw new Error(`The stream ended after ${String(received.length)} events.`);
        await new Promise<void>((resolve) => (news = resolve));
      }
    },
    close: () => controller.abort(),
  };
}
