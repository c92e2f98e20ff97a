export { backgroundServer, DEFAULT_PORT, startInBackground, stopInBackground, type BackgroundServer } from './background-server';
export { isPostgresPackaged, POSTGRES_VERSION, postgresDirectory } from './installation';
export { freePort } from './server-process';
export { startPostgres, type RunningPostgres, type StartPostgresOptions } from './start-postgres';
