import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError, fileErrorCode } from '@attune/artifact';
import { cleanEnvironment, lastLines, runProgram } from './programs';
import { asUser, type ServerUser } from './server-user';

/** Milliseconds that a server gets to answer: after a crash it first replays its log. */
const START_TIMEOUT = 60_000;
/** Milliseconds that a server gets to end cleanly. */
const STOP_TIMEOUT = 30_000;
const POLL = 40;

/** What a server is started with. */
export interface ServerSettings {
  /** Folder of PostgreSQL's programs. */
  readonly programs: string;
  readonly user: ServerUser | undefined;
  /** Holds `data/` and `server.log`. */
  readonly folder: string;
  readonly port: number;
  /** Whether commits wait for the disk. */
  readonly durable: boolean;
}

/**
 * Starts the server and waits until it answers; it outlives this process.
 *
 * @returns the id of its first process
 */
export async function launch(settings: ServerSettings): Promise<number> {
  const { programs, user, folder, port, durable } = settings;
  await forgetCollectable(join(folder, 'data/postmaster.pid'));
  const messages = await open(join(folder, 'server.log'), 'w', 0o600);
  const options = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', `fsync=${durable ? 'on' : 'off'}`];
  try {
    const server = spawn(join(programs, 'postgres'), ['-D', join(folder, 'data'), ...options.flatMap((option) => ['-c', option])], {
      ...asUser(user),
      cwd: folder,
      env: cleanEnvironment(),
      detached: true,
      stdio: ['ignore', messages.fd, messages.fd],
    });
    server.unref();
    return await untilItAnswers(server, settings);
  } finally {
    await messages.close();
  }
}

/**
 * Removes the lock file of a server that was killed and that its parent has not collected yet: PostgreSQL takes such a process for one that
 * runs. A lock file of any other is its own business.
 */
async function forgetCollectable(lockFile: string): Promise<void> {
  const [pid] = (await readFile(lockFile, 'utf8').catch(() => '')).split('\n');
  if (/^[1-9]\d*$/.test(pid) && isZombie(Number(pid))) await rm(lockFile);
}

async function untilItAnswers(server: ChildProcess, { programs, folder, port }: ServerSettings): Promise<number> {
  let failure: Error | undefined;
  server.on('error', (error) => (failure = error));
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    const { pid } = server;
    if (failure !== undefined || pid === undefined || server.exitCode !== null || server.signalCode !== null) break;
    if ((await runProgram(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)])).ok) {
      // Another server may answer on the port: then this one is about to end.
      if (await hasOpened(folder, pid, port)) return pid;
    }
    await sleep(POLL);
  }
  if (server.pid !== undefined && server.exitCode === null) await killServer(server.pid);
  const said = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  throw new AttuneError('setup-missing', `PostgreSQL did not start on port ${port}.\n${lastLines(said)}`, { cause: failure });
}

/** The server writes its process id, port and state into its folder. */
async function hasOpened(folder: string, pid: number, port: number): Promise<boolean> {
  const lines = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(pid) && lines[3] === String(port) && lines[7]?.trim() === 'ready';
}

/** Whether a process is the server of a folder, and not another that got its id since. */
export async function isServerOf(pid: number, folder: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const { output } = await runProgram('ps', ['-p', String(pid), '-o', 'command=']);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => output);
  return command.includes(join(folder, 'data'));
}

/** Ends connections and the server, with a last checkpoint; kills it where that takes too long. */
export async function stopServer(pid: number): Promise<void> {
  if (!sendSignal(pid, 'SIGINT')) return;
  const deadline = Date.now() + STOP_TIMEOUT;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return killServer(pid);
    await sleep(POLL);
  }
}

/** Kills every process of the server at once, as a crash would, and waits until they are gone. */
export async function killServer(pid: number): Promise<void> {
  const processes = [pid, ...(await childrenOf(pid))];
  for (const each of processes) sendSignal(each, 'SIGKILL');
  while (processes.some(isAlive)) await sleep(POLL);
}

async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = [];
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const status = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const parent = status.slice(status.lastIndexOf(')') + 2).split(' ')[1];
    if (Number(parent) === pid) children.push(Number(entry));
  }
  return children;
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (fileErrorCode(error) === 'ESRCH') return false;
    throw error;
  }
}

/** A process that has ended but is not yet collected by its parent counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return fileErrorCode(error) === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** A loopback port that is free at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
