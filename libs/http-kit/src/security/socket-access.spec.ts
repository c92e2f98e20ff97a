import type { IncomingMessage } from 'node:http';
import { createLogger } from '../logging/logger';
import { createApiKey } from './api-key';
import { ApiKeys } from './api-keys';
import { SocketAccess } from './socket-access';

describe('SocketAccess', () => {
  const logger = createLogger({ name: 'spec', level: 'silent' });
  const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;

  it('lets only this machine in where no keys are needed', async () => {
    const access = new SocketAccess(await ApiKeys.open({ logger }));
    expect(access.admit(request({ host: 'localhost:3000' }), 'write')).toMatchObject({ name: 'anonymous' });
    expect(access.admit(request({ host: '127.0.0.1:3000', origin: 'http://localhost:8080' }), 'write')).toMatchObject({
      name: 'anonymous',
    });
    expect(() => access.admit(request({ host: 'shop.example' }), 'write')).toThrow(/loopback/);
    expect(() => access.admit(request({ host: 'localhost:3000', origin: 'https://evil.example' }), 'write')).toThrow(/loopback/);
    expect(() => access.admit(request({ host: 'localhost:3000', origin: 'null' }), 'write')).toThrow(/loopback/);
  });

  it('takes a key from a header or a subprotocol, and holds it to its scope', async () => {
    const { key, entry } = createApiKey('web', 'write');
    const access = new SocketAccess(await ApiKeys.open({ entries: entry, logger }));
    expect(access.admit(request({ host: 'shop.example', authorization: `Bearer ${key}` }), 'write')).toEqual({
      name: 'web',
      scope: 'write',
    });
    expect(access.admit(request({ 'sec-websocket-protocol': `attune.v1, key.${key}` }), 'write')).toEqual({ name: 'web', scope: 'write' });
    expect(() => access.admit(request({}), 'write')).toThrow(/valid key/);
    expect(() => access.admit(request({ 'sec-websocket-protocol': 'key.wrong' }), 'read')).toThrow(/valid key/);
    expect(() => access.admit(request({ authorization: `Bearer ${key}` }), 'admin')).toThrow(/needs admin/);
  });
});
