import { setTimeout as sleep } from 'node:timers/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';

/** Milliseconds before a broken stream is opened again. */
const AGAIN = 200;

/** A subscriber of the monitor's server-sent events that comes back with its Last-Event-ID whenever the stream breaks. */
export class AlertFollower {
  /** Every event's data, in the order of coming. */
  readonly bodies: string[] = [];
  private readonly ending = new AbortController();
  private lastEventId: string | undefined;
  private readonly following: Promise<void>;
  private isConnected: () => void = () => undefined;
  /** Resolves once the first stream is open. */
  readonly connected = new Promise<void>((resolve) => (this.isConnected = resolve));

  constructor(private readonly url: string) {
    this.following = this.follow();
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.following;
  }

  private async follow(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.readStream(signal).catch(() => undefined);
      await sleep(AGAIN, undefined, { signal }).catch(() => undefined);
    }
  }

  private async readStream(signal: AbortSignal): Promise<void> {
    const headers = { accept: 'text/event-stream', ...(this.lastEventId === undefined ? {} : { 'last-event-id': this.lastEventId }) };
    const response = await fetch(`${this.url}/v1/alerts/stream`, { headers, signal });
    if (!response.ok || response.body === null) return;
    this.isConnected();
    const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { id, data } of events) {
      this.bodies.push(data);
      this.lastEventId = id ?? this.lastEventId;
    }
  }
}
