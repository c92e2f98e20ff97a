import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { keptLog, startTestService } from '../../test/test-service';
import { createApiKey, CurrentIdentity, RequiresScope, type Identity, type Service } from '..';
import { ApiKeys } from './api-keys';
import { parseApiKeyEntries } from './api-key-entries';
import { isLoopback } from './loopback';

@Controller('v1')
class DoorsController {
  @Get('read')
  @RequiresScope('read')
  read(@CurrentIdentity() identity: Identity): Identity {
    return identity;
  }

  @Post('write')
  @RequiresScope('write')
  write(): string {
    return 'written';
  }

  @Get('undeclared')
  undeclared(): string {
    return 'reached';
  }
}

@Module({ controllers: [DoorsController] })
class DoorsModule {}

const reader = createApiKey('reader', 'read');
const writer = createApiKey('writer', 'write');
const owner = createApiKey('owner', 'admin');

describe('a service with API keys', () => {
  let service: Service & { lines: Record<string, unknown>[] };
  beforeAll(async () => {
    const environment = { ATTUNE_API_KEYS: [reader, writer, owner].map(({ entry }) => entry).join(','), ATTUNE_HOST: '0.0.0.0' };
    service = await startTestService(DoorsModule, { environment });
  });
  afterAll(() => service.close());

  const call = (path: string, key?: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${new URL(service.url).port}${path}`, {
      ...init,
      ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
    });

  it('asks for a key, before it reads a body', async () => {
    const answer = await call('/v1/write', undefined, { method: 'POST', body: 'not even JSON' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('takes a key as bearer or in X-API-Key, and knows whose it is', async () => {
    expect(await (await call('/v1/read', reader.key)).json()).toEqual({ name: 'reader', scope: 'read' });
    const named = await fetch(`http://127.0.0.1:${new URL(service.url).port}/v1/read`, { headers: { 'x-api-key': writer.key } });
    expect(await named.json()).toEqual({ name: 'writer', scope: 'write' });
  });

  it.each([
    ['read', 403, 403],
    ['write', 201, 403],
    ['admin', 201, 200],
  ])('lets the scope %s do what it includes, and routes that declare none are for admins', async (scope, write, undeclared) => {
    const { key } = { read: reader, write: writer, admin: owner }[scope] ?? owner;
    expect((await call('/v1/write', key, { method: 'POST' })).status).toBe(write);
    expect((await call('/v1/undeclared', key)).status).toBe(undeclared);
  });

  it.each([
    ['a wrong key', createApiKey('reader', 'read').key],
    ['the stored digest', reader.entry.split(':')[2] ?? ''],
    ['a key cut short', reader.key.slice(0, -1)],
  ])('refuses %s', async (_fault, key) => {
    expect((await call('/v1/read', key)).status).toBe(401);
  });

  it('writes neither keys nor their digests into its log', async () => {
    await call('/v1/read', reader.key);
    const log = JSON.stringify(service.lines);
    expect(log).toContain('"key":"reader"');
    for (const secret of [reader.key, ...reader.entry.split(':').slice(2)]) expect(log).not.toContain(secret);
  });

  it('shows health without a key', async () => {
    expect((await call('/health/live')).status).toBe(200);
    expect((await call('/health/ready')).status).toBe(200);
  });
});

describe('a service without API keys', () => {
  it('answers to loopback names alone, against web pages that point their own name at it', async () => {
    const service = await startTestService(DoorsModule);
    const { port } = new URL(service.url);
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path: '/v1/read', headers: { host } }, (answer) => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end();
      });
    expect(await statusFor(`localhost:${port}`)).toBe(200);
    expect(await statusFor(`[::1]:${port}`)).toBe(200);
    expect(await statusFor('evil.example')).toBe(421);
    await service.close();
  });
});

describe('the rate limit', () => {
  it('counts each key by itself and says when to come back', async () => {
    const environment = { ATTUNE_API_KEYS: `${reader.entry} ${writer.entry}`, ATTUNE_RATE_LIMIT: '3' };
    const service = await startTestService(DoorsModule, { environment });
    const statuses = async (key: string, count: number) => {
      const answers = [];
      for (let index = 0; index < count; index++) answers.push(await fetch(`${service.url}/v1/read`, { headers: { 'x-api-key': key } }));
      return answers;
    };
    const answers = await statuses(reader.key, 4);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answers[3]?.json()).toMatchObject({ code: 'too-many-requests' });
    expect((await statuses(writer.key, 1))[0]?.status).toBe(200);
    // Guessing keys is limited by the address.
    expect((await statuses('attune_guess', 4)).map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    await service.close();
  });
});

describe('the file of API keys', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read again when it changes, and a broken one leaves the keys as they were', async () => {
    const file = join(folder, 'keys');
    const { logger, lines } = keptLog();
    await writeFile(file, `# first\n${reader.entry}\n`);
    const keys = await ApiKeys.open({ file, logger });
    await writeFile(file, `${reader.entry}\n${writer.entry}\n`);
    await keys.reload();
    expect(keys.identify(writer.key)).toEqual({ name: 'writer', scope: 'write' });
    await writeFile(file, 'nonsense');
    await keys.reload();
    await keys.reload();
    expect(keys.identify(reader.key)?.name).toBe('reader');
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await writeFile(file, writer.entry);
    await keys.reload();
    expect(keys.identify(reader.key)).toBeUndefined();
    keys.close();
  });

  it('is looked at by itself', async () => {
    const file = join(folder, 'keys');
    await writeFile(file, reader.entry);
    let changed: () => void = () => undefined;
    const change = new Promise<void>((resolve) => (changed = resolve));
    const { logger } = keptLog();
    const keys = await ApiKeys.open({ file, logger: Object.assign(logger, { info: () => changed() }), interval: 5 });
    const deadline = setTimeout(changed, 10_000);
    await writeFile(file, owner.entry);
    await change;
    clearTimeout(deadline);
    keys.close();
    // An empty file is what a writer that is not done leaves; it holds no key and changes nothing.
    expect(keys.identify(owner.key)?.scope).toBe('admin');
  });

  it('must be there at the start', async () => {
    const missing = ApiKeys.open({ file: join(folder, 'none'), logger: keptLog().logger });
    await expect(missing).rejects.toMatchObject({ code: 'bad-config', exitStatus: 2 });
  });
});

describe('entries of API keys', () => {
  it.each([
    ['a key instead of its hash', reader.key, 'is a key itself'],
    ['no digest', 'reader:read', 'is not name:scope:sha256'],
    ['an unknown scope', `reader:root:${'0'.repeat(64)}`, 'has a scope other than'],
    ['a short digest', 'reader:read:abc', 'has no SHA-256'],
    ['a name twice', `${reader.entry},${reader.entry}`, 'repeats the name'],
    ['nothing', '# none yet', 'holds no key'],
  ])('with %s are refused without being shown', (_fault, text, message) => {
    const { faults } = parseApiKeyEntries(text);
    expect(faults.join()).toContain(message);
    expect(faults.join()).not.toContain(reader.key);
  });
});

describe('loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['[::1]', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['localhost.example', false],
  ])('%s: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });
});
