import { InvalidArgumentError, type Command } from 'commander';
import { messageColours, printJson, printMessage, printResult } from '../terminal';

interface StartFlags {
  readonly port?: number;
  readonly data?: string;
  readonly json?: boolean;
}

/** `attune postgres start` and `stop`: a PostgreSQL server with pgvector on loopback, for development and tests. */
export function registerPostgres(program: Command): void {
  const postgres = program.command('postgres').description('a PostgreSQL server with pgvector for development');
  postgres
    .command('start')
    .description('start it in the background, fetching it first where it is not there, and print its DATABASE_URL')
    .option('--port <number>', 'on 127.0.0.1 (default: 5432)', portOption)
    .option('--data <folder>', 'where its data are kept (default: in the cache)')
    .option('--json', 'one line of JSON')
    .action(start);
  postgres
    .command('stop')
    .description('stop it; its data stay')
    .option('--data <folder>', 'the folder that it was started with')
    .action(stop);
}

async function start({ port, data, json }: StartFlags): Promise<void> {
  const { startInBackground } = await import('@attune/postgres-tool');
  const server = await startInBackground({
    ...(port === undefined ? {} : { port }),
    ...(data === undefined ? {} : { dataFolder: data }),
    onStep: (step) => printMessage(`${messageColours().dim('·')} ${step}`),
  });
  if (json === true) return printJson(server);
  printMessage(
    server.wasRunning
      ? `PostgreSQL runs already (process ${server.pid}).`
      : `PostgreSQL runs (process ${server.pid}), its data in ${server.dataFolder}.`,
  );
  printResult(`DATABASE_URL=${server.url}`);
}

async function stop({ data }: { data?: string }): Promise<void> {
  const { stopInBackground } = await import('@attune/postgres-tool');
  const server = await stopInBackground(data);
  printMessage(server === undefined ? 'No PostgreSQL was running there.' : `PostgreSQL (process ${server.pid}) has stopped.`);
}

function portOption(value: string): number {
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a port, from 1 to 65535.');
  return port;
}
