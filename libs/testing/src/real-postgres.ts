import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isPostgresPackaged, postgresDirectory, startPostgres } from '@attune/postgres-tool';
import type { MissingPart, RealComponent } from './real-component';

const REMEDY = 'Let DATABASE_URL name a PostgreSQL server with pgvector, on which specs may make databases.';

/** A real PostgreSQL with pgvector: DATABASE_URL, or a server that the test run starts. The address is the url of a database; specs make their own beside it. */
export const realPostgres: RealComponent<string> = {
  name: 'PostgreSQL',

  fromEnvironment() {
    const url = process.env.DATABASE_URL;
    return url === '' ? undefined : url;
  },

  missing(): MissingPart | undefined {
    if (!isPostgresPackaged()) return { reason: `there is none for ${process.platform} ${process.arch} to start.`, remedy: REMEDY };
    if (!existsSync(postgresDirectory()) && spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status !== 0)
      return { reason: 'there is no python3 with pip to fetch it with.', remedy: REMEDY };
    return undefined;
  },

  async start() {
    const { url, pid, dataFolder } = await startPostgres();
    return { address: url, pid, signal: 'SIGINT', folder: dataFolder };
  },
};

/** For specs that crash their server: one of their own, which they stop. */
export { startPostgres, type RunningPostgres } from '@attune/postgres-tool';
