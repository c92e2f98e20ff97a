import { openDatabase, type Database, type DatabaseOptions } from '@attune/storage';
import { Module, type DynamicModule } from '@nestjs/common';
import type { BaseConfiguration } from '../configuration/define-configuration';
import { Readiness } from '../health/readiness';
import { CONFIGURATION } from '../service/service-options';
import { Shutdown } from '../shutdown/shutdown';

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
    const inject = [CONFIGURATION, Readiness, Shutdown];
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: DATABASE, inject, useFactory: (...parts: DatabaseParts) => open(options, ...parts) }],
      exports: [DATABASE],
    };
  }
}

type DatabaseParts = [BaseConfiguration, Readiness, Shutdown];

async function open(options: DatabaseModuleOptions, ...[configuration, readiness, shutdown]: DatabaseParts): Promise<Database> {
  const { folder = 'data', ...rest } = options;
  const { databaseUrl: url, dataDirectory } = configuration;
  const embedded = options.inMemory === true && dataDirectory === undefined ? {} : { folder: dataDirectory ?? folder };
  const database = await openDatabase(
    url === undefined ? { ...rest, ...embedded, inMemory: !('folder' in embedded) } : { ...rest, inMemory: false, url },
  );
  readiness.add('database', () => database.ping());
  shutdown.add('storage', 'database', () => database.close());
  return database;
}
