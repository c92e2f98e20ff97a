import { setTimeout as sleep } from 'node:timers/promises';
import { CONFIGURATION, LOGGER, type Logger, Readiness, Shutdown } from '@attune/http-kit';
import { DatabaseUnavailableError, openDatabase, type Database, type DatabaseOptions } from '@attune/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import type { BaseConfiguration } from '../configuration/base-configuration';

/** Milliseconds between two attempts to reach a database that does not answer at the start. */
const AGAIN = 1_000;

/** Under this name Nest has the database: `@Inject(DATABASE) database: Database`. */
export const DATABASE = Symbol('attune:database');

/** What the database of a service is made of. */
export interface DatabaseModuleOptions extends Omit<DatabaseOptions, 'url' | 'folder'> {
  /** Folder of the embedded database where neither DATABASE_URL nor ATTUNE_DATA is set. Default `data`. */
  readonly folder?: string;
}

/** The database of a service: PostgreSQL where DATABASE_URL is set, else the embedded one in a folder; brought up to date, watched, and closed in order. */
@Module({})
export class DatabaseModule {
  static forService(options: DatabaseModuleOptions): DynamicModule {
    const inject = [CONFIGURATION, LOGGER, Readiness, Shutdown];
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DATABASE, inject, useFactory: (...parts: DatabaseParts) => open(options, ...parts) }],
      exports: [DATABASE],
    };
  }
}

type DatabaseParts = [BaseConfiguration, Logger, Readiness, Shutdown];

async function open(options: DatabaseModuleOptions, ...[configuration, logger, readiness, shutdown]: DatabaseParts): Promise<Database> {
  const { folder = 'data', ...rest } = options;
  const { databaseUrl: url, dataDirectory, startSeconds } = configuration;
  const embedded = options.inMemory === true && dataDirectory === undefined ? {} : { folder: dataDirectory ?? folder };
  const where: DatabaseOptions =
    url === undefined ? { ...rest, ...embedded, inMemory: !('folder' in embedded) } : { ...rest, inMemory: false, url };
  const database = await openOnceThere(where, startSeconds, (err) => logger.warn({ err }, 'the database is not there yet'));
  readiness.add('database', () => database.ping());
  shutdown.add('storage', 'database', () => database.close());
  return database;
}

/** Whatever starts together may come up in any order: a database that is away is waited for. */
async function openOnceThere(options: DatabaseOptions, seconds: number, onAway: (error: unknown) => void): Promise<Database> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await openDatabase(options);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError) || performance.now() + AGAIN > deadline) throw error;
      onAway(error);
      await sleep(AGAIN);
    }
  }
}
