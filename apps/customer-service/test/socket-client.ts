import type { SocketEvent } from '@attune/contracts';
import { WebSocket } from 'ws';

/** What a socket is opened with. */
export interface SocketOptions {
  readonly headers?: Record<string, string>;
  readonly protocols?: readonly string[];
}

/** A socket of a client, and what came over it. */
export interface SocketClient {
  readonly events: SocketEvent[];
  send(event: string, data: unknown): void;
  /** Waits until an event came of which this holds. */
  until<Found extends SocketEvent>(isIt: (event: SocketEvent) => event is Found): Promise<Found>;
  /** Code with which it is closed, by whomever. */
  readonly closed: Promise<number>;
  close(): void;
}

/** Opens a socket to the service at an address. @param options how it shows its key */
export async function connect(url: string, { headers = {}, protocols = [] }: SocketOptions = {}): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, ['attune.v1', ...protocols], { headers });
  const events: SocketEvent[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    events.push(JSON.parse(data.toString()) as SocketEvent);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    events,
    closed,
    send: (event, data) => socket.send(JSON.stringify({ event, data })),
    until: (isIt) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = events.find(isIt);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => socket.close(),
  };
}
