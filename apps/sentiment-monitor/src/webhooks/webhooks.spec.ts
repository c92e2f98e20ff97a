import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AlertEvent, Webhook } from '@attune/contracts';
import { openDatabase, type Database } from '@attune/storage';
import { until } from '@attune/testing';
import { exampleEvents } from '../examples';
import { WebhookAddressGuard, type NameResolver } from './webhook-address-guard';
import { WebhookDispatcher } from './webhook-dispatcher';
import { WebhookRepository } from './webhook-repository';

const PUBLIC = '93.184.216.34';

/** Answers with one address after the other, as the name server of an attacker does. */
function resolving(...answers: string[]): NameResolver {
  return (_hostname, _options, callback) => {
    const address = answers.length > 1 ? answers.shift() : answers[0];
    if (address === undefined) callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    else callback(null, [{ address, family: 4 }] satisfies LookupAddress[]);
  };
}

let database: Database;
let repository: WebhookRepository;
beforeAll(async () => {
  database = await openDatabase({ inMemory: true, migrations: [join(__dirname, '../../migrations')] });
  repository = new WebhookRepository(database);
});
afterEach(async () => {
  for (const { id } of await repository.list()) await repository.delete(id);
});
afterAll(() => database.close());

const eventOf = (id: string): AlertEvent => ({ ...exampleEvents().alert, id });

async function enqueue(...ids: string[]): Promise<void> {
  await database.transaction((tx) => repository.enqueue(tx, ids.map(eventOf)));
}

/** How the first attempt at a delivery to an address ends. */
async function firstAttempt(url: string, guard: WebhookAddressGuard): Promise<Webhook['lastDelivery']> {
  await repository.create({ url, secret: 'a secret of some length', enabled: true });
  await enqueue('e');
  const dispatcher = new WebhookDispatcher(repository, guard, () => undefined);
  dispatcher.start();
  const attempt = async () => (await repository.list())[0].lastDelivery;
  await until(async () => (await attempt()) !== undefined);
  await dispatcher.stop();
  return attempt();
}

describe('webhooks to the inside', () => {
  let inside: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    inside = createServer((_request, response) => response.end()).on('connection', () => (connections += 1));
    inside.listen(0, '127.0.0.1');
    await once(inside, 'listening');
    ({ port } = inside.address() as AddressInfo);
  });
  afterAll(() => inside.close());

  it.each([
    ['http://127.0.0.1:9200/', PUBLIC],
    ['http://2130706433/', PUBLIC],
    ['http://[::ffff:10.0.0.1]/', PUBLIC],
    ['http://169.254.169.254/latest/meta-data', PUBLIC],
    ['http://localhost/', PUBLIC],
    ['https://user:password@example.com/', PUBLIC],
    ['https://intranet.example.com/', '10.1.2.3'],
  ])('are refused when they are made: %s, which resolves to %s', async (url, address) => {
    const guard = new WebhookAddressGuard(false, resolving(address));
    await expect(guard.assertAllowed(url)).rejects.toMatchObject({ code: 'unprocessable', status: 422 });
  });

  it('are refused where the name is not known', async () => {
    const unknown = new WebhookAddressGuard(false, (_hostname, _options, callback) => callback(new Error('ENOTFOUND'), []));
    await expect(unknown.assertAllowed('https://nowhere.example.com/')).rejects.toMatchObject({ status: 422 });
  });

  it('are not connected to where the name leads inside once it was accepted (DNS rebinding)', async () => {
    const guard = new WebhookAddressGuard(false, resolving(PUBLIC, '127.0.0.1'));
    const url = `http://rebinding.example.com:${String(port)}/`;
    await guard.assertAllowed(url);
    expect(await firstAttempt(url, guard)).toMatchObject({ error: expect.stringContaining('127.0.0.1') });
    expect(connections).toBe(0);
  });

  it('are not connected to where an address was stored while private ones were allowed', async () => {
    const attempt = await firstAttempt(`http://127.0.0.1:${String(port)}/`, new WebhookAddressGuard(false));
    expect(attempt).toMatchObject({ error: expect.stringContaining('private') });
    expect(connections).toBe(0);
  });

  it('go there where the operator allows it', async () => {
    const guard = new WebhookAddressGuard(true, resolving('127.0.0.1'));
    expect(await firstAttempt(`http://inside.example.com:${String(port)}/`, guard)).toMatchObject({ status: 200 });
    expect(connections).toBe(1);
  });
});

describe('deliveries', () => {
  it('are leased one by one: what was not taken stays due', async () => {
    for (const url of ['https://one.example.com/', 'https://two.example.com/']) {
      await repository.create({ url, secret: 'a secret of some length', enabled: true });
    }
    await enqueue('e1', 'e2');
    const named = ({ url, eventId }: { url: string; eventId: string }) => `${url} ${eventId}`;
    const taken = (await repository.takeDue(3, 60_000)).map(named);
    expect(taken).toHaveLength(3);
    const rest = (await repository.takeDue(3, 60_000)).map(named);
    expect(rest).toHaveLength(1);
    expect(new Set([...taken, ...rest]).size).toBe(4);
    expect(await repository.takeDue(3, 60_000)).toEqual([]);
  });

  it('hang by themselves: one that gets no answer holds up no other', async () => {
    const hanging = createServer(() => undefined).listen(0, '127.0.0.1');
    const answering = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await Promise.all([once(hanging, 'listening'), once(answering, 'listening')]);
    const urlOf = (server: Server) => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    for (const server of [hanging, answering])
      await repository.create({ url: urlOf(server), secret: 'a secret of some length', enabled: true });
    await enqueue('e');
    const dispatcher = new WebhookDispatcher(repository, new WebhookAddressGuard(true), () => undefined);
    dispatcher.start();
    const attempts = async () => (await repository.list()).map(({ lastDelivery }) => lastDelivery?.status);
    await until(async () => (await attempts()).includes(200));
    expect(await attempts()).toEqual([undefined, 200]);
    hanging.closeAllConnections();
    await dispatcher.stop();
    for (const server of [hanging, answering]) server.close();
  });
});
