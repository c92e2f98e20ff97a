import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, doublePrecision, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import {
  DatabaseError,
  expireProcessed,
  insertRows,
  latestPosition,
  readCommitted,
  recordProcessed,
  statement,
  vectorValue,
  type Database,
} from '../src';
import { migrate } from '../src/migrations';
import { vectorContract } from './vector-contract';

const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });

/** An append-only table, as services have them. */
export const notes = pgTable('notes', {
  sequence: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  transaction: xid8()
    .notNull()
    .default(sql`pg_current_xact_id()`),
  text: text().notNull(),
});
export const noteSource = { table: notes, transactionId: notes.transaction, sequence: notes.sequence };

/** A table with a column of each kind that services insert many of. */
const readings = pgTable('readings', {
  id: text().primaryKey(),
  takenAt: timestamp('taken_at', { withTimezone: true, mode: 'date' }).notNull(),
  value: doublePrecision().notNull(),
  count: bigint({ mode: 'number' }).notNull(),
  valid: boolean().notNull().default(true),
  details: jsonb().$type<unknown>().notNull(),
  note: text(),
});

/** Writes a folder of migrations from their texts, by name. */
export function migrationFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-migrations-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, `${name}.sql`), content);
  return folder;
}

export const NOTES_MIGRATION = `create table notes (sequence bigint primary key generated always as identity,
  transaction xid8 not null default pg_current_xact_id(), text text not null);
--> statement-breakpoint
create index notes_committed on notes (transaction, sequence);`;

/** What every database does, whichever it is. It has the table `notes` and vectors. */
export function describeDatabase(database: () => Database): void {
  describe('a transaction', () => {
    it('leaves nothing behind when its work fails, and passes the error on', async () => {
      const failure = new Error('of the work');
      await expect(
        database().transaction(async (tx) => {
          await tx.insert(notes).values({ text: 'never' });
          throw failure;
        }),
      ).rejects.toBe(failure);
      expect(
        await database().query((orm) =>
          orm
            .select()
            .from(notes)
            .where(sql`text = 'never'`),
        ),
      ).toEqual([]);
    });

    it('goes on after a savepoint that failed', async () => {
      const id = randomUUID();
      await database().transaction(async (tx) => {
        await tx.insert(notes).values({ text: id });
        await expect(tx.transaction((inner) => inner.execute(sql`select * from missing`))).rejects.toThrow();
        await tx.insert(notes).values({ text: id });
      });
      expect(
        await database().query((orm) =>
          orm
            .select()
            .from(notes)
            .where(sql`text = ${id}`),
        ),
      ).toHaveLength(2);
    });

    it('names no values in the error of a statement', async () => {
      const insert = database().transaction((tx) =>
        tx.execute(sql`insert into notes (sequence, text) overriding system value values (1, ${'secret words'}), (1, ${'secret words'})`),
      );
      const error: unknown = await insert.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ code: 'database-failed', sqlState: '23505', constraint: 'notes_pkey' });
      expect(everythingIn(error)).not.toContain('secret words');
    });
  });

  describe('a statement by itself', () => {
    const insert = statement('insert into notes (text) values ($1::text) returning text, $2::integer as number, $3::json as details');

    it('gives rows for its values, however often it is asked', async () => {
      for (const text of ['one', 'two "\'; --', 'three']) {
        const rows = await database().run(insert, [text, 7, '{"a": [1, null]}']);
        expect(rows).toEqual([{ text, number: 7, details: { a: [1, null] } }]);
      }
      expect(await database().run(statement('select text from notes where text = $1::text'), ['none'])).toEqual([]);
    });

    it('names no values in its error', async () => {
      const twice = statement('insert into notes (sequence, text) overriding system value values (2, $1::text), (2, $1::text)');
      const error: unknown = await database()
        .run(twice, ['secret words'])
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'database-failed', sqlState: '23505', constraint: 'notes_pkey' });
      expect(everythingIn(error)).not.toContain('secret words');
    });

    it('takes vectors as they are, to the last bit', async () => {
      const vector = Float32Array.from([0.1, -1 / 3, 3e-7, 0, 12_345.678]);
      const [{ read }] = await database().run<{ read: string }>(statement('select ($1::vector(5))::text as read'), [
        vectorValue(database(), vector),
      ]);
      expect([...Float32Array.from(JSON.parse(read) as number[])]).toEqual([...vector]);
    });

    it('has the same name for the same text alone', () => {
      expect(statement('select 1').name).toBe(statement('select 1').name);
      expect(statement('select 1').name).not.toBe(statement('select 2').name);
    });
  });

  describe('inserting many rows', () => {
    const row = (id: string, value: number) => ({
      id,
      takenAt: new Date('2026-03-01T09:30:00.123Z'),
      value,
      count: 9_007_199_254_740_991,
      details: { list: ['x', null, { 'a "key"': 1 }], text: "it's \u2028 \ud83d\ude00" },
      note: null,
    });

    beforeAll(() =>
      database().query((orm) =>
        orm.execute(sql`create table readings (id text primary key, taken_at timestamptz not null, value float8 not null,
          count bigint not null, valid boolean not null default true, details jsonb not null, note text)`),
      ),
    );
    afterAll(() => database().query((orm) => orm.execute(sql`drop table readings`)));

    it('writes what reads back equal, more at once than a statement has parameters, and nothing for no rows', async () => {
      const rows = Array.from({ length: 10_000 }, (_, index) => row(`r${index}`, index / 7));
      await database().transaction(async (tx) => {
        await insertRows(tx, readings, rows);
        await insertRows(tx, readings, []);
      });
      const read = await database().query((orm) => orm.select().from(readings).orderBy(readings.count, readings.value));
      expect(read).toHaveLength(rows.length);
      expect(read[2_345]).toEqual({ ...rows[2_345], valid: true });
    });

    it('does at a conflict what it is told, and fails without a word', async () => {
      const [old, changed] = [row('c', 1), row('c', 2)];
      const insert = (rows: (typeof old)[], onConflict?: ReturnType<typeof sql>): Promise<{ id: string }[]> =>
        database().query((orm) => insertRows<typeof readings, { id: string }>(orm, readings, rows, onConflict));
      await insert([old]);
      expect(await insert([changed, row('d', 1)], sql`on conflict do nothing returning id`)).toEqual([{ id: 'd' }]);
      const value = async (): Promise<number[]> =>
        (
          await database().query((orm) =>
            orm
              .select({ value: readings.value })
              .from(readings)
              .where(sql`id = 'c'`),
          )
        ).map((each) => each.value);
      expect(await value()).toEqual([1]);
      await insert([changed], sql`on conflict (id) do update set value = readings.value + excluded.value`);
      expect(await value()).toEqual([3]);
      await expect(insert([changed])).rejects.toMatchObject({ sqlState: '23505' });
    });
  });

  describe('the inbox', () => {
    it('says which ids are new, for each consumer by itself', async () => {
      const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
      const record = (consumer: string, ids: string[]): Promise<Set<string>> =>
        database().transaction((tx) => recordProcessed(tx, consumer, ids));
      expect(await record('one', [first, second, first])).toEqual(new Set([first, second]));
      expect(await record('one', [second, third])).toEqual(new Set([third]));
      expect(await record('other', [first])).toEqual(new Set([first]));
      expect(await record('one', [])).toEqual(new Set());
    });

    it('forgets ids whose transaction was rolled back', async () => {
      const id = randomUUID();
      await expect(
        database().transaction(async (tx) => {
          await recordProcessed(tx, 'one', [id]);
          throw new Error('crash');
        }),
      ).rejects.toThrow('crash');
      expect(await database().transaction((tx) => recordProcessed(tx, 'one', [id]))).toEqual(new Set([id]));
    });

    it('forgets what is older than its time, batch by batch, and nothing else', async () => {
      const consumer = randomUUID();
      const old = Array.from({ length: 25 }, (_, index) => `old-${index}`);
      await database().transaction((tx) => recordProcessed(tx, consumer, old));
      await database().query((orm) =>
        orm.execute(sql`update attune_inbox set processed_at = now() - interval '2 hours' where consumer = ${consumer}`),
      );
      await database().transaction((tx) => recordProcessed(tx, consumer, ['young']));
      expect(await expireProcessed(database(), { olderThan: 3_600_000, batchSize: 10 })).toBe(25);
      expect(await database().transaction((tx) => recordProcessed(tx, consumer, ['old-3', 'young']))).toEqual(new Set(['old-3']));
    });
  });

  describe('reading in commit order', () => {
    it('goes on after a position, page by page', async () => {
      const id = randomUUID();
      const start = await database().query((orm) => latestPosition(orm, noteSource));
      const after = start === undefined ? {} : { after: start };
      for (const number of [1, 2, 3]) {
        await database().transaction((tx) => tx.insert(notes).values([{ text: `${id} ${number}a` }, { text: `${id} ${number}b` }]));
      }
      const first = await database().query((orm) => readCommitted(orm, noteSource, { ...after, limit: 4 }));
      expect(first.map(({ row }) => row.text)).toEqual([`${id} 1a`, `${id} 1b`, `${id} 2a`, `${id} 2b`]);
      const rest = await database().query((orm) => readCommitted(orm, noteSource, { after: first[3].position, limit: 4 }));
      expect(rest.map(({ row }) => row.text)).toEqual([`${id} 3a`, `${id} 3b`]);
      expect(await database().query((orm) => latestPosition(orm, noteSource))).toBe(rest[1].position);
      const chosen = await database().query((orm) => readCommitted(orm, noteSource, { ...after, limit: 9, where: sql`text like '%b'` }));
      expect(chosen.map(({ row }) => row.text)).toEqual([`${id} 1b`, `${id} 2b`, `${id} 3b`]);
    });

    it.each(['', '7', '1-2-3', '99999999999999999999-1', '1-9223372036854775808', "1-1' or true"])(
      'refuses the position %j',
      async (after) => {
        await expect(database().query((orm) => readCommitted(orm, noteSource, { after, limit: 1 }))).rejects.toMatchObject({
          code: 'bad-data',
        });
      },
    );
  });

  describe('migrations', () => {
    const folders: string[] = [];
    const folderOf = (files: Readonly<Record<string, string>>): string => {
      folders.push(migrationFolder(files));
      return folders[folders.length - 1];
    };
    afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

    it('run each once, in their order', async () => {
      const name = randomUUID();
      const table = `made_${name.replaceAll('-', '')}`;
      const files = {
        '0001_second': `insert into ${table} values (2);`,
        '0000_first': `create table ${table} (number int);\n--> statement-breakpoint\ninsert into ${table} values (1)`,
      };
      await migrate(database(), [{ name, folder: folderOf(files) }], false);
      await migrate(database(), [{ name, folder: folderOf({ ...files, '0002_third': `insert into ${table} values (3);` }) }], false);
      const { rows } = await database().query((orm) => orm.execute<{ number: number }>(sql.raw(`select number from ${table}`)));
      expect(rows.map(({ number }) => number)).toEqual([1, 2, 3]);
    });

    it('refuse a database that is newer than the code, and one with another text of a migration', async () => {
      const name = randomUUID();
      await migrate(database(), [{ name, folder: folderOf({ '0000_a': 'select 1', '0001_b': 'select 2' }) }], false);
      await expect(migrate(database(), [{ name, folder: folderOf({ '0000_a': 'select 1' }) }], false)).rejects.toMatchObject({
        code: 'bad-config',
        message: `The schema of the database is newer than this version: it has ${name}/0001_b.`,
      });
      await expect(
        migrate(database(), [{ name, folder: folderOf({ '0000_a': 'select 1', '0001_b': 'select 3' }) }], false),
      ).rejects.toMatchObject({
        code: 'bad-config',
        message: `The migration ${name}/0001_b is not the one that ran on this database.`,
      });
    });

    it('leave nothing behind when one fails', async () => {
      const name = randomUUID();
      const table = `failed_${name.replaceAll('-', '')}`;
      const folder = folderOf({ '0000_a': `create table ${table} (number int)`, '0001_b': 'select * from missing_table' });
      await expect(migrate(database(), [{ name, folder }], false)).rejects.toMatchObject({ sqlState: '42P01' });
      await expect(database().query((orm) => orm.execute(sql.raw(`select * from ${table}`)))).rejects.toMatchObject({ sqlState: '42P01' });
    });
  });

  vectorContract(database);
}

/** All texts of an error and its causes, also those that a log would show. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const properties = Object.getOwnPropertyNames(error).filter((name) => name !== 'cause');
  return `${properties.map((name) => JSON.stringify(Reflect.get(error, name))).join(' ')} ${error.cause === undefined ? '' : everythingIn(error.cause)}`;
}
