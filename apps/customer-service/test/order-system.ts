import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the shop's own system answers about an order. */
const ANSWERS: Readonly<Record<string, { status: number; body: string }>> = {
  '48-2210': { status: 200, body: JSON.stringify({ order: { status: 'on its way' } }) },
  '50-0000': { status: 500, body: 'Internal error' },
  '51-1111': { status: 200, body: '<html>not what you asked for' },
  '52-2222': { status: 200, body: JSON.stringify({ order: { status: '<b>late</b>' } }) },
};

/** A system with orders, as the service's actions ask it. */
export async function startOrderSystem(): Promise<{ url: string; asked: string[]; close: () => Promise<void> }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const order = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    asked.push(order);
    const { status, body } = ANSWERS[order] ?? { status: 404, body: '{}' };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
}
