import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startServiceInVain, until, type RunningService } from '@attune/testing';
import { join } from 'node:path';
import { builtPage, startConsole } from './running-console';

/** What a service behind the console saw of a request. */
interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

describe('the server of the console', () => {
  let service: Server;
  let served: RunningService;
  const seen: Seen[] = [];

  beforeAll(async () => {
    service = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(201, { 'content-type': 'text/event-stream' }).end('data: 1\n\n');
      });
    });
    service.on('upgrade', ({ method, url, headers }, socket) => {
      seen.push({ method, url, headers, body: '' });
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`;
    served = await startConsole({ trainer: url, customerService: url });
  }, 180_000);
  afterAll(async () => {
    await served.stop();
    await new Promise((resolve) => service.close(resolve));
  });

  it('gives the page at the address of every screen, and allows it nothing that is written into it', async () => {
    for (const path of ['/', '/conversations', '/models/heads/support', '/sentiment/alerts/a%3Ab']) {
      const response = await fetch(served.url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
      expect(await response.text()).toContain('<div id="root">');
    }
  });

  it('gives files compressed where that is taken, to be kept for good', async () => {
    const page = await (await fetch(served.url)).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
    const plain = await fetch(served.url + script, { headers: { 'accept-encoding': 'identity' } });
    const packed = await fetch(served.url + script, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(Number(plain.headers.get('content-length')) / 2);
    expect(await packed.text()).toBe(await plain.text());
  });

  it('knows no other files, and none outside of the page', async () => {
    for (const path of [
      '/assets/none.js',
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/package.json',
      '/favicon.svg/..%2f..%2fvite.config.mts',
    ]) {
      const { status, body } = await served.request('GET', path);
      expect([path, status]).toEqual([path, 404]);
      expect(JSON.stringify(body)).not.toContain('attune/console');
    }
  });

  it('hands requests on as they come: key, body and name of the host', async () => {
    const response = await fetch(`${served.url}/api/trainer/v1/datasets?name=a%20b`, {
      method: 'POST',
      headers: { authorization: 'Bearer key', 'content-type': 'text/csv', 'last-event-id': '7' },
      body: 'text,label\n"a, b",c\n',
    });
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      201,
      'text/event-stream',
      'data: 1\n\n',
    ]);
    expect(seen.at(-1)).toMatchObject({
      method: 'POST',
      url: '/v1/datasets?name=a%20b',
      headers: { authorization: 'Bearer key', 'content-type': 'text/csv', 'last-event-id': '7', host: new URL(served.url).host },
      body: 'text,label\n"a, b",c\n',
    });
  });

  it('opens WebSockets to the services, with the key that a browser can name as a subprotocol alone', async () => {
    const before = seen.length;
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: served.url,
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from('sixteen bytes ok').toString('base64'),
      'sec-websocket-protocol': 'attune.v1, key.secret-key',
    };
    const socket = request(`${served.url}/api/customer-service/v1/socket`, { headers });
    const accepted = await new Promise<string | undefined>((resolve, reject) => {
      socket.on('upgrade', (response, stream) => {
        stream.on('error', () => undefined).resume();
        resolve(response.headers['sec-websocket-protocol']);
      });
      socket.on('error', reject);
      socket.end();
    });
    expect(accepted).toBe('attune.v1');
    await until(() => Promise.resolve(seen.length > before));
    socket.destroy();
    expect(seen.at(-1)).toMatchObject({
      url: '/v1/socket',
      headers: {
        authorization: 'Bearer secret-key',
        host: new URL(served.url).host,
        origin: served.url,
        'sec-websocket-protocol': 'attune.v1',
      },
    });
  });

  it('says which service does not answer', async () => {
    expect(await served.request('GET', '/api/recommender/v1/items')).toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: expect.stringContaining('/api/recommender') },
    });
  });

  it('answers to no other name than this machine has for itself, as the services do', async () => {
    const before = seen.length;
    const status = await new Promise((resolve, reject) => {
      request(`${served.url}/api/trainer/v1/heads`, { headers: { host: 'attacker.example' } }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end();
    });
    expect([status, seen.length]).toEqual([421, before]);
  });

  it('does not start without its page', async () => {
    const { status, output } = await startServiceInVain(join(__dirname, '../bin/console.js'), {
      ATTUNE_CONSOLE_PAGE: join(await builtPage(), 'assets'),
    });
    expect(status).toBe(2);
    expect(output).toContain('npx nx run console:build');
  });
});
