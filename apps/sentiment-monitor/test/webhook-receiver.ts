import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A delivery as it came. */
export interface ReceivedDelivery {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that webhooks are sent to. */
export interface WebhookReceiver {
  readonly url: string;
  readonly deliveries: readonly ReceivedDelivery[];
  /** Waits until something holds for the deliveries that came. */
  until(holds: () => boolean): Promise<void>;
  close(): void;
}

/** How a delivery is answered; `earlier` counts those of the same id on the same path that came before. */
export type DeliveryAnswer = (delivery: ReceivedDelivery, earlier: number) => { status: number; headers?: Record<string, string> };

/** Starts a receiver on a free port of loopback. */
export async function startWebhookReceiver(answer: DeliveryAnswer): Promise<WebhookReceiver> {
  const deliveries: ReceivedDelivery[] = [];
  let news = (): void => undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      const delivery = { path, headers, body: Buffer.concat(chunks).toString() };
      const id = headers['attune-delivery'];
      const earlier = deliveries.filter((other) => other.path === path && other.headers['attune-delivery'] === id).length;
      deliveries.push(delivery);
      news();
      const { status, headers: answered = {} } = answer(delivery, earlier);
      response.writeHead(status, answered).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    deliveries,
    until: async (holds) => {
      while (!holds()) await new Promise<void>((resolve) => (news = resolve));
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
