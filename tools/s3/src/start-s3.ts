import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { endProcess } from './server-process';
import { ensureVersitygw } from './versitygw-program';

/** Milliseconds that a server gets to answer. */
const START_TIMEOUT = 30_000;
const POLL = 40;
const HEALTH = '/-/health';

export interface StartS3Options {
  /** On 127.0.0.1; by default one that is free. */
  readonly port?: number;
  /** Where objects are kept; by default a temporary folder that `stop` removes. */
  readonly dataFolder?: string;
  /** Told what is done. */
  readonly onStep?: (step: string) => void;
}

/** How a client reaches a server. */
export interface S3Address {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Its folders are the buckets, and files below them the objects. */
  readonly bucketsFolder: string;
  /** What the server knows of each object, in folders as theirs. */
  readonly metadataFolder: string;
}

/** An S3 server that runs. */
export interface RunningS3 {
  readonly address: S3Address;
  readonly dataFolder: string;
  /** Of the running server; another after `restart`. */
  readonly pid: number;
  /** Ends it, and removes its objects where they were temporary. */
  stop(): Promise<void>;
  /** Ends it as a crash would; `restart` brings it back with the objects that it had. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it again on the same port with the same objects. */
  restart(): Promise<void>;
}

interface ServerSettings {
  readonly program: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly address: S3Address;
}

/**
 * Starts an S3 server with conditional writes on loopback, and waits until it answers. Builds it first where it is not there.
 * The server outlives this process unless it is stopped.
 *
 * @throws AttuneError `setup-missing` where it cannot be built or does not start
 */
export async function startS3(options: StartS3Options = {}): Promise<RunningS3> {
  const program = await ensureVersitygw(options.onStep);
  const isTemporary = options.dataFolder === undefined;
  const dataFolder = resolve(options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'attune-s3-'))));
  const port = options.port ?? (await freePort());
  const bucketsFolder = join(dataFolder, 'buckets');
  const address: S3Address = {
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: 'attune',
    secretAccessKey: randomBytes(18).toString('hex'),
    bucketsFolder,
    metadataFolder: join(dataFolder, 'metadata'),
  };
  const settings: ServerSettings = { program, port, dataFolder, address };
  try {
    for (const folder of [bucketsFolder, address.metadataFolder]) await mkdir(folder, { recursive: true });
    options.onStep?.('Starting the S3 server');
    return new Server(settings, isTemporary, await launch(settings));
  } catch (error) {
    if (isTemporary) await rm(dataFolder, { recursive: true, force: true });
    throw error;
  }
}

/** Makes an empty bucket. @returns the environment variables by which clients reach it */
export async function createBucket(address: S3Address, name: string): Promise<Record<string, string>> {
  await mkdir(join(address.bucketsFolder, name));
  return {
    AWS_ENDPOINT_URL: address.endpoint,
    AWS_ACCESS_KEY_ID: address.accessKeyId,
    AWS_SECRET_ACCESS_KEY: address.secretAccessKey,
    AWS_REGION: 'us-east-1',
  };
}

/** Removes an object, or all whose keys begin so, as if it had never been there. @param path the bucket and the key */
export async function eraseObject(address: S3Address, path: string): Promise<void> {
  for (const folder of [address.bucketsFolder, address.metadataFolder]) await rm(join(folder, path), { recursive: true, force: true });
}

class Server implements RunningS3 {
  readonly address: S3Address;
  readonly dataFolder: string;

  constructor(
    private readonly settings: ServerSettings,
    private readonly isTemporary: boolean,
    private currentPid: number,
  ) {
    this.address = settings.address;
    this.dataFolder = settings.dataFolder;
  }

  get pid(): number {
    return this.currentPid;
  }

  async stop(): Promise<void> {
    await endProcess(this.currentPid);
    if (this.isTemporary) await rm(this.dataFolder, { recursive: true, force: true });
  }

  kill(): Promise<void> {
    return endProcess(this.currentPid, 'SIGKILL');
  }

  async restart(): Promise<void> {
    await endProcess(this.currentPid);
    this.currentPid = await launch(this.settings);
  }
}

/** @returns the id of the server's process, once it answers */
async function launch(settings: ServerSettings): Promise<number> {
  const { program, port, dataFolder, address } = settings;
  const messages = await open(join(dataFolder, 'server.log'), 'w', 0o600);
  // Metadata lie in files of their own: not every file system has extended attributes.
  const storage = ['posix', '--sidecar', address.metadataFolder, address.bucketsFolder];
  try {
    const server = spawn(program, ['--port', `127.0.0.1:${port}`, '--health', HEALTH, ...storage], {
      cwd: dataFolder,
      env: { PATH: process.env.PATH, ROOT_ACCESS_KEY: address.accessKeyId, ROOT_SECRET_KEY: address.secretAccessKey },
      detached: true,
      stdio: ['ignore', messages.fd, messages.fd],
    });
    server.unref();
    return await untilItAnswers(server, settings);
  } finally {
    await messages.close();
  }
}

async function untilItAnswers(server: ChildProcess, { dataFolder, address }: ServerSettings): Promise<number> {
  let failure: Error | undefined;
  server.on('error', (error) => (failure = error));
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    const { pid } = server;
    if (failure !== undefined || pid === undefined || server.exitCode !== null || server.signalCode !== null) break;
    if (await answersS3(address.endpoint)) return pid;
    await sleep(POLL);
  }
  if (server.pid !== undefined && server.exitCode === null) await endProcess(server.pid, 'SIGKILL');
  const said = (await readFile(join(dataFolder, 'server.log'), 'utf8').catch(() => '')).trim().split('\n').slice(-6).join('\n');
  throw new AttuneError('setup-missing', `The S3 server did not start at ${address.endpoint}.\n${said}`, { cause: failure });
}

/** Whether a server answers at an address. */
export async function answersS3(endpoint: string): Promise<boolean> {
  return fetch(endpoint + HEALTH).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** A loopback port that is free at this moment. */
function freePort(): Promise<number> {
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
