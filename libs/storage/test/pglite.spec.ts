import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { openDatabase, recordProcessed, type Database } from '../src';
import { describeOutbox } from './outbox-contract';
import { describeDatabase, migrationFolder, NOTES_MIGRATION } from './storage-contract';

/** A database of WebAssembly is made in 5 seconds on an idle machine. */
const SLOW = 180_000;

describe('the embedded database', () => {
  let database: Database;
  const migrations = migrationFolder({ '0000_notes': NOTES_MIGRATION });
  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [{ name: 'spec', folder: migrations }], vectors: true });
  }, SLOW);
  afterAll(async () => {
    await database.close();
    rmSync(migrations, { recursive: true });
  });

  describeDatabase(() => database);
  describeOutbox(() => database);

  it('says so instead of waiting for itself when it is asked beside a transaction from within', async () => {
    const inside = database.transaction(() => database.query((orm) => orm.execute('select 1')));
    await expect(inside).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(database.transaction(() => database.transaction(async () => 1))).rejects.toMatchObject({ code: 'wrong-use' });
    await database.ping();
  });
});

describe('a folder of the embedded database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-pglite-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it(
    'keeps what was committed when its process is killed, and is taken over from it',
    async () => {
      const child = spawn(process.execPath, [join(__dirname, 'commit-until-killed.js'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const committed = await new Promise<number>((resolve, reject) => {
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const count = output.split('\n').length - 1;
          if (count >= 20) resolve(count);
        });
        child.on('exit', () => reject(new Error(`It ended by itself: ${output}`)));
      });
      await expect(openDatabase({ folder, migrations: [] })).rejects.toMatchObject({
        code: 'conflict',
        message: `The database in ${folder} is in use by process ${child.pid}.`,
      });
      child.removeAllListeners('exit');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      expect(existsSync(join(folder, 'owner.json'))).toBe(true);

      const database = await openDatabase({ folder, migrations: [] });
      const { rows } = await database.orm.execute<{ count: string }>(
        sql`select count(*)::text as count from attune_inbox where consumer = 'child'`,
      );
      expect(Number(rows[0].count)).toBeGreaterThanOrEqual(committed);
      await expect(openDatabase({ folder, migrations: [] })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining(`process ${process.pid}.`),
      });
      await database.close();
      expect(existsSync(join(folder, 'owner.json'))).toBe(false);

      // A container gives each start the same process id.
      writeFileSync(join(folder, 'owner.json'), JSON.stringify({ pid: process.pid, host: hostname(), startedAt: '' }));
      const again = await openDatabase({ folder, migrations: [] });
      expect(await again.transaction((tx) => recordProcessed(tx, 'child', ['0']))).toEqual(new Set());
      await again.close();
    },
    SLOW,
  );
});
