import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';

/** A server that was started for a measurement. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** From its start to its first answer on the path that says it is ready. */
  readonly readySeconds: number;
  /** Ends it with SIGTERM and waits. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  name: string;
  command: string;
  args: readonly string[];
  environment?: NodeJS.ProcessEnv;
  url: string;
  /** Path that answers with 200 once it takes requests. */
  readyPath: string;
  readySeconds?: number;
}

const LAST_WORDS = 4_000;
/** Milliseconds between two questions whether it is ready. */
const ASK_EVERY = 50;

/**
 * Starts a server and waits until it answers.
 *
 * @throws AttuneError with its last words where it ends or does not answer
 */
export async function startServer({
  name,
  command,
  args,
  environment,
  url,
  readyPath,
  readySeconds = 60,
}: ServerCommand): Promise<RunningServer> {
  const startedAt = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let lastWords = '';
  const listen = (chunk: Buffer): void => {
    lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const deadline = Date.now() + readySeconds * 1_000;
  while (!(await answers(url + readyPath))) {
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new AttuneError('inference-failed', `${name} did not start.\n${lastWords.trim()}`);
    }
    await sleep(ASK_EVERY);
  }
  return {
    url,
    pid: child.pid ?? 0,
    readySeconds: (performance.now() - startedAt) / 1_000,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
