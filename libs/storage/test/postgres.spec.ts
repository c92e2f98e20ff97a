import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { describeWithReal, realPostgres } from '@attune/testing';
import { sql } from 'drizzle-orm';
import {
  createDatabase,
  dropDatabase,
  enqueue,
  isDatabaseUnavailable,
  openDatabase,
  OutboxRelay,
  readCommitted,
  recordProcessed,
  type Database,
} from '../src';
import { describeOutbox, Received } from './outbox-contract';
import { describeDatabase, everythingIn, migrationFolder, notes, noteSource, NOTES_MIGRATION } from './storage-contract';

/** A promise and what settles it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describeWithReal(realPostgres, 'PostgreSQL', (server) => {
  const name = `attune_spec_${randomUUID()}`;
  const folder = migrationFolder({ '0000_notes': NOTES_MIGRATION });
  const migrations = [{ name: 'spec', folder }];
  let url: string;
  let database: Database;
  beforeAll(async () => {
    url = await createDatabase(server(), name);
    database = await openDatabase({ url, migrations, vectors: true });
  });
  afterAll(async () => {
    await database.close();
    await dropDatabase(server(), name);
    rmSync(folder, { recursive: true });
  });

  describeDatabase(() => database);
  describeOutbox(() => database);

  const openNext = (): Promise<Database> => openDatabase({ url, migrations, vectors: true });
  const texts = async (after?: string): Promise<string[]> => {
    const rows = await database.query((orm) => readCommitted(orm, noteSource, { limit: 1_000, ...(after === undefined ? {} : { after }) }));
    return rows.map(({ row }) => row.text);
  };

  it('migrates once when many start together', async () => {
    const fresh = `attune_spec_${randomUUID()}`;
    const freshUrl = await createDatabase(server(), fresh);
    const opened = await Promise.all(Array.from({ length: 6 }, () => openDatabase({ url: freshUrl, migrations, vectors: true })));
    const { rows } = await opened[0].orm.execute<{ count: string }>(sql`select count(*)::text as count from attune_migrations`);
    expect(rows[0].count).toBe('2');
    await Promise.all(opened.map((each) => each.close()));
    await dropDatabase(server(), fresh);
  });

  it('never skips a row whose transaction commits late', async () => {
    await database.query((orm) => orm.delete(notes));
    const [wrote, mayEnd] = [gate(), gate()];
    // The late one has the later transaction and the earlier row: neither number alone tells what is still to come.
    const [earlierBegan, earlierMayWrite] = [gate(), gate()];
    const earlier = database.transaction(async (tx) => {
      await tx.execute(sql`select pg_current_xact_id()`);
      earlierBegan.open();
      await earlierMayWrite.opened;
      await tx.insert(notes).values({ text: 'earlier transaction, later row' });
    });
    await earlierBegan.opened;
    const late = database.transaction(async (tx) => {
      await tx.insert(notes).values({ text: 'late' });
      wrote.open();
      await mayEnd.opened;
    });
    await wrote.opened;
    earlierMayWrite.open();
    await earlier;
    await database.transaction((tx) => tx.insert(notes).values({ text: 'after' }));
    const first = await database.query((orm) => readCommitted(orm, noteSource, { limit: 10 }));
    expect(first.map(({ row }) => row.text)).toEqual(['earlier transaction, later row']);
    mayEnd.open();
    await late;
    expect(await texts(first[0].position)).toEqual(['late', 'after']);
  });

  it('publishes messages of a transaction that commits late, and does not wait for it with others', async () => {
    const received = new Received();
    const relay = new OutboxRelay({ database, publish: received.publish });
    relay.start();
    const [wrote, mayEnd] = [gate(), gate()];
    const late = database.transaction(async (tx) => {
      await enqueue(tx, [{ topic: 'a', key: 'k', value: 'late' }]);
      wrote.open();
      await mayEnd.opened;
    });
    await wrote.opened;
    await database.transaction((tx) => enqueue(tx, [{ topic: 'a', key: 'k', value: 'early' }]));
    await received.until(1);
    mayEnd.open();
    await late;
    await received.until(2);
    expect(received.values()).toEqual(['early', 'late']);
    await relay.flush();
    await relay.stop();
  });

  it('lets no relay that has lost its place remove what it published', async () => {
    const [zombieHolds, zombieMayGoOn] = [gate(), gate()];
    const [zombieReceived, heirReceived] = [new Received(), new Received()];
    const errors: unknown[] = [];
    zombieReceived.before = async () => {
      zombieHolds.open();
      await zombieMayGoOn.opened;
    };
    const zombie = new OutboxRelay({ database, publish: zombieReceived.publish, onError: (error) => errors.push(error) });
    zombie.start();
    await database.transaction((tx) => enqueue(tx, [{ topic: 'a', key: 'k', value: 'one' }]));
    await zombieHolds.opened;
    // As the server does with a session that has been silent for too long.
    await database.orm.execute(
      sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`,
    );
    const heirMayGoOn = gate();
    heirReceived.before = () => heirMayGoOn.opened;
    const heir = new OutboxRelay({ database, publish: heirReceived.publish, pollInterval: 50 });
    heir.start();
    while (!heir.isActive) await database.ping();
    const zombieStops = zombie.stop();
    zombieMayGoOn.open();
    await zombieStops;
    expect(zombieReceived.values()).toEqual(['one']);
    expect(errors).not.toEqual([]);
    expect((await heir.backlog()).count).toBe(1);
    heirMayGoOn.open();
    await heir.flush();
    expect(heirReceived.values()).toEqual(['one']);
    await heir.stop();
  });

  it('lets the second of two that handle the same event at once wait, and do nothing', async () => {
    const id = randomUUID();
    const [wrote, mayEnd] = [gate(), gate()];
    const first = database.transaction(async (tx) => {
      wrote.open();
      const ids = await recordProcessed(tx, 'one', [id]);
      await mayEnd.opened;
      return ids;
    });
    await wrote.opened;
    const second = database.transaction((tx) => recordProcessed(tx, 'one', [id]));
    mayEnd.open();
    expect([(await first).size, (await second).size].sort()).toEqual([0, 1]);
  });

  it('runs a transaction again that the database ended for the sake of another', async () => {
    await database.query((orm) => orm.execute(sql`create table if not exists counters (id int primary key, value int)`));
    await database.query((orm) => orm.execute(sql`insert into counters values (1, 0), (2, 0)`));
    const bothHold = [gate(), gate()];
    const runs = [0, 0];
    const add = (own: number, other: number): Promise<void> =>
      database.transaction(async (tx) => {
        await tx.execute(sql`update counters set value = value + 1 where id = ${own}`);
        bothHold[own - 1].open();
        if (runs[own - 1]++ === 0) await bothHold[other - 1].opened;
        await tx.execute(sql`update counters set value = value + 1 where id = ${other}`);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    const { rows } = await database.orm.execute<{ value: number }>(sql`select value from counters`);
    expect(rows.map(({ value }) => value)).toEqual([2, 2]);
    expect(runs[0] + runs[1]).toBe(3);
  });

  it('says that the database is away when a connection is lost in a transaction, and goes on with the next', async () => {
    const lost = database.transaction(async (tx) => {
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await database.orm.execute(sql`select pg_terminate_backend(${rows[0].pid})`);
      await tx.insert(notes).values({ text: 'lost' });
    });
    const error: unknown = await lost.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'dependency-unavailable' });
    expect(isDatabaseUnavailable(error)).toBe(true);
    await database.transaction((tx) => tx.insert(notes).values({ text: 'found' }));
    expect(await texts()).not.toContain('lost');
  });

  it('ends a statement that takes too long, which is not the server being away', async () => {
    const hurried = await openDatabase({ url, migrations, vectors: true, statementTimeout: 50 });
    const error: unknown = await hurried.query((orm) => orm.execute(sql`select pg_sleep(60)`)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'database-failed', sqlState: '57014' });
    expect(isDatabaseUnavailable(error)).toBe(false);
    await hurried.close();
  });

  it('refuses a wrong password and a missing database without telling the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'hunter2-hunter2';
    const missing = new URL(url);
    missing.pathname = '/nowhere';
    for (const each of [wrong, missing]) {
      const error: unknown = await openDatabase({ url: each.href, migrations }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'bad-config' });
      expect(everythingIn(error)).not.toContain(each.password);
      expect(everythingIn(error)).toContain(each.host);
    }
  });

  it('closes while a relay stands by', async () => {
    const other = await openNext();
    const relay = new OutboxRelay({ database: other, publish: () => Promise.resolve() });
    relay.start();
    await relay.stop();
    await other.close();
    await other.close();
  });
});

describe('a server that is not there', () => {
  it('is said to be away', async () => {
    const error: unknown = await openDatabase({ url: 'postgresql://someone:hunter2@127.0.0.1:1/none', migrations: [] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'dependency-unavailable' });
    expect(everythingIn(error)).not.toContain('hunter2');
  });

  it.each(['mysql://a:hunter2@b/c', 'hunter2', 'postgresql://a:hunter2@[b/c'])('is refused where its url is none: %s', async (url) => {
    const error: unknown = await openDatabase({ url, migrations: [] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-config' });
    expect(everythingIn(error)).not.toContain('hunter2');
  });
});
