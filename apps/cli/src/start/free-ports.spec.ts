import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { assertPortsFree } from './free-ports';

describe('assertPortsFree', () => {
  it('names those that are in use, and how to get others', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(assertPortsFree([port])).rejects.toMatchObject({
      code: 'bad-config',
      message: `Port ${port} of this machine is in use.`,
      remedy: expect.stringContaining('--port'),
    });
    server.close();
    await once(server, 'close');
    await expect(assertPortsFree([port])).resolves.toBeUndefined();
  });
});
