import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { sql } from 'drizzle-orm';
import type { Database, Queryable } from './database';

/** Migrations that belong together. */
export interface MigrationFolder {
  /** Under which name the database remembers them: changed, they would run anew. */
  readonly name: string;
  readonly folder: string;
}

interface Migration {
  /** Of the folder. */
  readonly set: string;
  /** `0003_add_topics` */
  readonly name: string;
  readonly sha256: string;
  readonly statements: readonly string[];
}

/** How drizzle-kit parts the statements of a file. */
const BREAKPOINT = '--> statement-breakpoint';
const FILE = /^\d{4}_.+\.sql$/;

/**
 * Runs, in one transaction, the migrations that a database has not seen yet. Of several processes one does it while the
 * others wait for its lock.
 *
 * @throws AttuneError `bad-config` where the database has a migration that the folders lack, or another text of one;
 *   `missing-file` where a folder is missing
 */
export async function migrate(database: Database, folders: readonly (string | MigrationFolder)[], vectors: boolean): Promise<void> {
  const sets = folders.map(namedFolder);
  const repeated = sets.find(({ name }, index) => sets.findIndex((other) => other.name === name) < index);
  if (repeated !== undefined) {
    throw new AttuneError('bad-config', `Two folders of migrations are called ${repeated.name}.`, {
      remedy: 'Give one of them another name.',
    });
  }
  const migrations = (await Promise.all(sets.map(readMigrations))).flat();
  await database.transaction(async (tx) => {
    // Whatever the server sets for the user.
    await tx.execute(sql`select set_config('statement_timeout', '0', true), set_config('lock_timeout', '0', true)`);
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('attune:migrations', 0))`);
    if (vectors) await createVectors(tx);
    await tx.execute(sql`create table if not exists attune_migrations (
      set_name text not null, name text not null, sha256 text not null,
      applied_at timestamptz not null default now(), primary key (set_name, name))`);
    const applied = await readApplied(tx);
    for (const { name } of sets) refuseNewer(name, applied, migrations);
    for (const migration of migrations) await apply(tx, migration, applied);
  });
}

type Applied = ReadonlyMap<string, ReadonlyMap<string, string>>;

async function readApplied(tx: Queryable): Promise<Applied> {
  const { rows } = await tx.execute<{ set_name: string; name: string; sha256: string }>(
    sql`select set_name, name, sha256 from attune_migrations`,
  );
  const sets = new Map<string, Map<string, string>>();
  for (const { set_name, name, sha256 } of rows) {
    const set = sets.get(set_name) ?? new Map<string, string>();
    sets.set(set_name, set.set(name, sha256));
  }
  return sets;
}

function refuseNewer(set: string, applied: Applied, migrations: readonly Migration[]): void {
  const known = new Set(migrations.filter((migration) => migration.set === set).map(({ name }) => name));
  const unknown = [...(applied.get(set)?.keys() ?? [])].filter((name) => !known.has(name)).sort();
  if (unknown.length === 0) return;
  throw new AttuneError('bad-config', `The schema of the database is newer than this version: it has ${set}/${unknown.join(', ')}.`, {
    remedy: 'Start the version that made it, or a later one; or restore a backup from before.',
  });
}

async function apply(tx: Queryable, { set, name, sha256, statements }: Migration, applied: Applied): Promise<void> {
  const known = applied.get(set)?.get(name);
  if (known === sha256) return;
  if (known !== undefined) {
    throw new AttuneError('bad-config', `The migration ${set}/${name} is not the one that ran on this database.`, {
      remedy: 'Leave migrations that have run as they are, and add another.',
    });
  }
  for (const statement of statements) await tx.execute(sql.raw(statement));
  await tx.execute(sql`insert into attune_migrations (set_name, name, sha256) values (${set}, ${name}, ${sha256})`);
}

/** pgvector is a trusted extension from version 0.5 on; before, only a superuser creates it. */
async function createVectors(tx: Queryable): Promise<void> {
  const { rows } = await tx.execute<{ installed: boolean; available: boolean }>(
    sql`select exists(select from pg_extension where extname = 'vector') as installed,
      exists(select from pg_available_extensions where name = 'vector') as available`,
  );
  if (rows[0]?.installed === true) return;
  if (rows[0]?.available !== true) {
    throw new AttuneError('bad-config', 'The PostgreSQL server has no pgvector, which vectors are stored with.', {
      remedy: 'Install the extension pgvector on the server, or start one that has it: npx attune postgres start.',
    });
  }
  await tx.execute(sql`create extension if not exists vector`);
}

function namedFolder(folder: string | MigrationFolder): MigrationFolder {
  if (typeof folder !== 'string') return folder;
  const path = resolve(folder);
  const name = basename(path) === 'migrations' ? basename(dirname(path)) : basename(path);
  return { name, folder: path };
}

async function readMigrations({ name: set, folder }: MigrationFolder): Promise<Migration[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new AttuneError('missing-file', `The folder of migrations ${folder} cannot be read.`, { cause });
  });
  return Promise.all(
    files
      .filter((file) => FILE.test(file))
      .sort()
      .map(async (file) => {
        const text = (await readFile(join(folder, file), 'utf8')).replaceAll('\r\n', '\n');
        const sha256 = createHash('sha256').update(text).digest('hex');
        const statements = text.split(BREAKPOINT).filter((statement) => statement.trim() !== '');
        return { set, name: file.slice(0, -'.sql'.length), sha256, statements };
      }),
  );
}
