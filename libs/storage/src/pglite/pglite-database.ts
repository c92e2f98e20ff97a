import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import type { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import {
  transactionSettings,
  type Database,
  type DatabaseSession,
  type Queryable,
  type Transaction,
  type TransactionOptions,
} from '../database';
import { asStorageError, asWorkError } from '../errors';
import { asQueryable } from '../queryable';
import type { Statement, StatementValue } from '../statement';
import { withAttempts, withFirstFailure } from '../transaction-attempts';
import { copyBlankCluster } from './blank-cluster';
import { Engine, type EngineQueries } from './engine';
import { ownFolder } from './folder-lock';
import { LastingEngine } from './lasting-engine';

const MEBIBYTE = 1024 * 1024;
/** Bytes that must be free: PostgreSQL ends itself where its log cannot grow by a segment of 16 MiB. */
const ROOM_TO_OPEN = 48 * MEBIBYTE;
const ROOM_TO_CREATE = 192 * MEBIBYTE;

/**
 * The embedded database, without fsync, in a thread of its own: in a folder, or without one. Its one connection runs one transaction after the
 * other; what is asked outside a transaction waits for the one at work.
 */
export class PgliteDatabase implements Database {
  readonly kind = 'pglite';
  readonly orm: Queryable;
  private readonly inside = new AsyncLocalStorage<{ isOpen: boolean }>();
  private readonly locks = new Set<string>();
  private readonly sessions = new Set<DatabaseSession>();
  private isClosed = false;

  private constructor(
    private readonly engine: LastingEngine,
    private readonly giveUp: () => Promise<void>,
  ) {
    this.orm = queryBuilder(this.guarded(engine));
    engine.onLost(() => {
      for (const session of this.sessions) void session.close();
    });
  }

  /**
   * @param folder where the data are kept; without one they go with the process
   * @throws AttuneError `conflict` where another process owns the folder, `disk-full`
   */
  static async open(folder: string | undefined): Promise<PgliteDatabase> {
    if (folder === undefined) return new PgliteDatabase(await LastingEngine.open(() => Engine.open(undefined)), async () => undefined);
    const giveUp = await ownFolder(folder);
    try {
      return new PgliteDatabase(await LastingEngine.open(() => openFolder(folder)), giveUp);
    } catch (error) {
      await giveUp();
      throw asStorageError(error);
    }
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return withAttempts(options.attempts, () => this.once(work, options));
  }

  async query<T>(work: (orm: Queryable) => Promise<T>): Promise<T> {
    try {
      return await work(this.orm);
    } catch (error) {
      throw asWorkError(error);
    }
  }

  async run<Row>({ text }: Statement, values: readonly StatementValue[]): Promise<Row[]> {
    this.refuseInside();
    return withAttempts(undefined, async () => {
      try {
        return (await this.engine.query(text, values)).rows as Row[];
      } catch (error) {
        throw asStorageError(error);
      }
    });
  }

  async ping(): Promise<void> {
    await this.query((orm) => orm.execute('select 1'));
  }

  async openSession(): Promise<DatabaseSession> {
    if (this.isClosed) throw asStorageError(new Error('PGlite is closed'));
    return this.newSession();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.all([...this.sessions].map((session) => session.close()));
    await this.engine.close();
    await this.giveUp();
  }

  private async once<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    this.refuseInside();
    const scope = { isOpen: true };
    try {
      return await withFirstFailure(work, (guarded) =>
        this.inside.run(scope, () => queryBuilder(this.engine).transaction(guarded, transactionSettings(options))),
      );
    } finally {
      scope.isOpen = false;
    }
  }

  /** Within a transaction the one connection is taken: to ask beside it would wait for itself. */
  private refuseInside(): void {
    if (this.inside.getStore()?.isOpen !== true) return;
    throw new AttuneError('wrong-use', 'The database was asked beside a transaction from within it, which would wait for itself.', {
      remedy: "Use the transaction's own query builder in its work.",
    });
  }

  /** The engine as Drizzle uses it, which asks nothing beside an open transaction. */
  private guarded(engine: EngineQueries & Pick<Engine, 'transaction'>): Engine {
    const guard = {
      query: async (...parameters: Parameters<Engine['query']>) => {
        this.refuseInside();
        return engine.query(...parameters);
      },
      transaction: async <T>(work: (queries: EngineQueries) => Promise<T>) => {
        this.refuseInside();
        return engine.transaction(work);
      },
    };
    return guard as unknown as Engine;
  }

  /** There is one connection, so the locks of sessions are kept beside it: they need only hold within this process. */
  private newSession(): DatabaseSession {
    const { locks, sessions, engine, orm } = this;
    const own: string[] = [];
    const unlisten: (() => Promise<void>)[] = [];
    let isOpen = true;
    let end: () => void = () => undefined;
    const session: DatabaseSession = {
      orm,
      ended: new Promise((resolve) => (end = resolve)),
      get isOpen() {
        return isOpen;
      },
      async tryLock(name) {
        if (locks.has(name)) return own.includes(name);
        locks.add(name);
        own.push(name);
        return true;
      },
      async listen(channel, onNotification) {
        unlisten.push(await engine.listen(channel, onNotification));
      },
      async close() {
        if (!isOpen) return;
        isOpen = false;
        sessions.delete(session);
        for (const stop of unlisten) await stop().catch(() => undefined);
        for (const name of own) locks.delete(name);
        end();
      },
    };
    sessions.add(session);
    return session;
  }
}

/** Opens the data of a folder. A creation that was interrupted leaves no mark, and begins anew. */
async function openFolder(folder: string): Promise<Engine> {
  const data = join(folder, 'data');
  const mark = join(folder, 'created');
  await requireRoom(folder, existsSync(mark) ? ROOM_TO_OPEN : ROOM_TO_CREATE);
  if (!existsSync(mark)) {
    await rm(data, { recursive: true, force: true });
    await copyBlankCluster(data);
  }
  const engine = await Engine.open(data);
  if (!existsSync(mark)) await writeFile(mark, '');
  return engine;
}

/** @throws AttuneError `disk-full` */
async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  // Some file systems do not say how large they are.
  if (blocks === 0 || free >= bytes) return;
  throw new AttuneError(
    'disk-full',
    `The disk of ${folder} is too full for the embedded database: ${Math.floor(free / MEBIBYTE)} MiB are free, ${bytes / MEBIBYTE} MiB are needed.`,
    { remedy: 'Free some space there, or keep the data elsewhere.' },
  );
}

/** Drizzle asks of PGlite what the engine offers, and no more. */
function queryBuilder(engine: Pick<Engine, 'query' | 'transaction'>): Queryable {
  return asQueryable(drizzle(engine as unknown as PGlite));
}
