import { describeWithReal, realPostgres, startPostgres, type RunningPostgres } from '@attune/testing';
import { enqueue, isDatabaseUnavailable, openDatabase, OutboxRelay, recordProcessed, type Database } from '../src';
import { Received } from './outbox-contract';

/** A server of its own, which these specs crash. */
const ownServer = { ...realPostgres, name: 'PostgreSQL of its own', fromEnvironment: () => undefined };

describeWithReal(ownServer, 'a PostgreSQL server that crashes', () => {
  let server: RunningPostgres;
  let database: Database;
  beforeAll(async () => {
    server = await startPostgres();
    database = await openDatabase({ url: server.url, migrations: [], connectTimeout: 2_000 });
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  it('is found again by pool and relay by themselves, with what was committed and nothing else', async () => {
    const received = new Received();
    const errors: unknown[] = [];
    const relay = new OutboxRelay({ database, publish: received.publish, pollInterval: 50, onError: (error) => errors.push(error) });
    relay.start();
    await database.transaction((tx) => enqueue(tx, [{ topic: 'a', key: 'k', value: 'before' }]));
    await received.until(1);
    await relay.flush();
    // Connections that lie idle in the pool, and one at work, when the server goes.
    await Promise.all([database.ping(), database.ping(), database.ping()]);
    let inWork: () => void = () => undefined;
    const isInWork = new Promise<void>((resolve) => (inWork = resolve));
    let crashed: () => void = () => undefined;
    const hasCrashed = new Promise<void>((resolve) => (crashed = resolve));
    const cut = database.transaction(async (tx) => {
      await recordProcessed(tx, 'one', ['cut']);
      await enqueue(tx, [{ topic: 'a', key: 'k', value: 'never' }]);
      inWork();
      await hasCrashed;
      await tx.execute('select 1');
    });
    await isInWork;
    await server.kill();
    crashed();
    expect(isDatabaseUnavailable(await cut.catch((error: unknown) => error))).toBe(true);
    await expect(database.ping()).rejects.toMatchObject({ code: 'dependency-unavailable' });

    await server.restart();
    expect(await database.transaction((tx) => recordProcessed(tx, 'one', ['cut']))).toEqual(new Set(['cut']));
    await database.transaction((tx) => enqueue(tx, [{ topic: 'a', key: 'k', value: 'after' }]));
    await relay.flush();
    expect(received.values()).toEqual(['before', 'after']);
    expect(errors.every(isDatabaseUnavailable)).toBe(true);
    await relay.stop();
  });
});
