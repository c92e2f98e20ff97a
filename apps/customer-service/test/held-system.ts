import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A company's system that lets requests wait until it is told to answer. */
export interface HeldSystem {
  /** Definition of an action that asks it, for the file of actions. */
  readonly action: object;
  /** Idempotency keys of the requests so far, in their order. */
  readonly keys: string[];
  /** Waits until so many requests have come. */
  until(requests: number): Promise<void>;
  /** Answers what waits and whatever comes from now on. */
  release(): void;
  close(): Promise<void>;
}

const BODY = JSON.stringify({ order: { status: 'on its way' } });

/** Starts it on a free port of loopback; it holds every request at first. */
export async function startHeldSystem(): Promise<HeldSystem> {
  const held = new Set<ServerResponse>();
  const keys: string[] = [];
  const waiting = new Set<() => void>();
  let isHolding = true;
  const answer = (response: ServerResponse): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(BODY);
  const server = createServer((request, response) => {
    keys.push(String(request.headers['idempotency-key']));
    if (isHolding) held.add(response);
    else answer(response);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    action: {
      url: `http://127.0.0.1:${port}/orders/{{orderNumber}}`,
      timeoutMilliseconds: 30_000,
      retries: 0,
      values: { status: '/order/status' },
    },
    keys,
    until: (requests) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (keys.length < requests) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    release: () => {
      isHolding = false;
      for (const response of held) answer(response);
      held.clear();
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
