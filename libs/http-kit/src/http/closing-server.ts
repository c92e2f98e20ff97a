import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Milliseconds between two looks for connections whose answer has ended. */
const LOOK_INTERVAL = 50;

/**
 * Follows the connections of a server, so that it can be closed without waiting for those on which nothing is under way:
 * Node counts neither new ones without a request nor ones whose answer ended after the closing began.
 *
 * @returns closes the server: answers under way may end until `deadline` aborts
 */
export function closingServer(instance: FastifyInstance): (deadline: AbortSignal) => Promise<void> {
  const { server } = instance;
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  return async (deadline) => {
    const cut = (): void => server.closeAllConnections();
    const closed = instance.close();
    for (const socket of unused) socket.destroy();
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_INTERVAL);
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    try {
      await closed;
    } finally {
      clearInterval(looking);
      deadline.removeEventListener('abort', cut);
    }
  };
}
