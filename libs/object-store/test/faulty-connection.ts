import { connect, createServer, type Server, type Socket } from 'node:net';

/** A connection to a server on loopback, through which everything goes until it fails. */
export interface FaultyConnection {
  readonly endpoint: string;
  /** Once so many further bytes have come from the server: calls back, then ends all connections. */
  cutAfter(bytes: number, then: () => Promise<void>): void;
  /** Sends nothing on of the next request that holds a text, and of what follows on its connection. @returns resolves when there is one */
  hold(text: string): Promise<void>;
  /** Ends the connection of each request that begins like this, before the server sees it; undefined: of none. */
  refuse(text: string | undefined): void;
  /** Loses the next answer to a request that holds a text, after the server has sent it. */
  loseAnswerTo(text: string): void;
  close(): Promise<void>;
}

/** Opens one. @param endpoint of the server */
export async function faultyConnection(endpoint: string): Promise<FaultyConnection> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  let left = Infinity;
  let onCut: () => Promise<void> = () => Promise.resolve();
  let lost: string | undefined;
  let refused: string | undefined;
  let held: { readonly text: string; readonly onRequest: () => void } | undefined;
  const endAll = (): void => sockets.forEach((socket) => socket.destroy());
  const server: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let losesAnswer = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    // The server ends a connection after each answer, of which a slow client may still have to take much.
    upstream.on('end', () => client.end());
    upstream.on('error', () => client.destroy());
    client.on('data', (chunk) => {
      if (refused !== undefined && chunk.toString('latin1').startsWith(refused)) {
        client.destroy();
        return;
      }
      if (held !== undefined && chunk.includes(held.text)) {
        client.pause();
        held.onRequest();
        held = undefined;
        return;
      }
      if (lost !== undefined && chunk.includes(lost)) {
        losesAnswer = true;
        lost = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (losesAnswer) {
        client.destroy();
        return;
      }
      const wasOpen = left > 0;
      left -= chunk.length;
      if (left > 0) {
        if (!client.write(chunk)) {
          upstream.pause();
          client.once('drain', () => upstream.resume());
        }
      } else if (wasOpen) {
        void onCut().then(endAll);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const ownPort = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${ownPort}`,
    cutAfter(bytes, then) {
      left = bytes;
      onCut = async () => {
        await then();
        left = Infinity;
      };
    },
    hold: (text) => new Promise((onRequest) => (held = { text, onRequest })),
    refuse(text) {
      refused = text;
    },
    loseAnswerTo(text) {
      lost = text;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        endAll();
      }),
  };
}
