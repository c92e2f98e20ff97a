import { connect, createServer } from 'node:net';

/** ApiVersions (key 18, version 0) with correlation id 1 and no client id, behind its length: the one request that needs no session. */
const API_VERSIONS_REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);
/** Length, correlation id, error code. */
const RESPONSE_HEAD = 10;

/** Whether a Kafka broker on loopback answers a request within a time in milliseconds. */
export function answersKafka(port: number, timeout = 2_000): Promise<boolean> {
  return new Promise((resolve) => {
    let response = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeout, () => settle(false));
    socket.on('connect', () => socket.write(API_VERSIONS_REQUEST));
    socket.on('data', (chunk) => {
      response = Buffer.concat([response, chunk]);
      if (response.length >= RESPONSE_HEAD) settle(response.readInt32BE(4) === 1 && response.readInt16BE(8) === 0);
    });
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}

/** Ports on loopback that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
