import { join } from 'node:path';
import { describeUnlessMissing, mountSmallDisk, smallDiskMissing, type SmallDisk } from '@attune/testing';
import { sql } from 'drizzle-orm';
import { enqueue, isDatabaseUnavailable, openDatabase, OutboxRelay, recordProcessed, type Database } from '../src';
import { Received } from './outbox-contract';

/** A database of WebAssembly is made in 5 seconds on an idle machine. */
const SLOW = 240_000;

describeUnlessMissing({ name: 'disk', missing: smallDiskMissing() }, 'the embedded database on a full disk', () => {
  let disk: SmallDisk;
  let database: Database | undefined;
  beforeEach(() => {
    disk = mountSmallDisk(256);
  });
  afterEach(async () => {
    await disk.free();
    await database?.close();
    disk.remove();
  });

  const record = (ids: readonly string[]): Promise<Set<string>> =>
    (database as Database).transaction((tx) => recordProcessed(tx, 'spec', ids));
  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it(
    'refuses what does not fit, and goes on by itself with all that was committed, also where PostgreSQL has ended itself',
    async () => {
      database = await openDatabase({ folder: join(disk.folder, 'data'), migrations: [] });
      const received = new Received();
      const relay = new OutboxRelay({ database, publish: received.publish, pollInterval: 50 });
      relay.start();
      await record(['before']);
      await disk.fill(100_000);

      const many = Array.from({ length: 5_000 }, (_, index) => `${index} ${'x'.repeat(60)}`);
      const tooMuch = await failureOf(record(many));
      expect(tooMuch).toMatchObject({ code: 'disk-full' });
      expect(isDatabaseUnavailable(tooMuch)).toBe(true);
      await database.ping();

      // What fills the log, and no table: it cannot grow, which ends PostgreSQL.
      let ended: unknown;
      for (let written = 0; ended === undefined && written < 80; written += 1) {
        ended = await failureOf(
          database.transaction((tx) => tx.execute(sql`select pg_logical_emit_message(true, 'spec', repeat('x', 500000))`)),
        );
      }
      expect(isDatabaseUnavailable(ended)).toBe(true);
      expect(await failureOf(record(['never']))).toMatchObject({ code: 'disk-full' });

      await disk.free();
      await until(async () => (await failureOf(record(['after']))) === undefined);
      expect(await record(['before', 'after', 'never', ...many.slice(0, 1)])).toEqual(new Set(['never', many[0]]));
      await database.transaction((tx) => enqueue(tx, [{ topic: 'a', key: 'k', value: 'after' }]));
      await relay.flush();
      expect(received.values()).toEqual(['after']);
      await relay.stop();
    },
    SLOW,
  );

  it('is not made, nor opened, where there is no room for it', async () => {
    await disk.fill(1_000_000);
    await expect(openDatabase({ folder: join(disk.folder, 'data'), migrations: [] })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringContaining(disk.folder),
      remedy: expect.stringContaining('Free some space'),
    });
  });
});

/** Asks again, as those do whose work waits for the database. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 100));
}
