import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { ensurePostgres } from './installation';
import { lastLines, runProgram } from './programs';
import { freePort, killServer, launch, stopServer, type ServerSettings } from './server-process';
import { giveTo, serverUser, type ServerUser } from './server-user';

const SUPERUSER = 'postgres';

export interface StartPostgresOptions {
  /** On 127.0.0.1; by default one that is free. */
  readonly port?: number;
  /** Where the data are kept; by default a temporary folder that `stop` removes, written without fsync. */
  readonly dataFolder?: string;
  /** Told what is done. */
  readonly onStep?: (step: string) => void;
}

/** A PostgreSQL server that runs. */
export interface RunningPostgres {
  /** Of the database `postgres`, with the name and password of the superuser: for DATABASE_URL. */
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Of the server's first process; another after `restart`. */
  readonly pid: number;
  /** Ends connections and the server cleanly, and removes its data where they were temporary. */
  stop(): Promise<void>;
  /** Ends it as a crash would; `restart` brings it back with what was committed. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it again on the same port with the same data. */
  restart(): Promise<void>;
  /** Makes an empty database. @returns its url */
  createDatabase(name: string): Promise<string>;
}

/**
 * Starts PostgreSQL 18 with pgvector on loopback, and waits until it answers. Fetches it first where it is not there.
 * The server outlives this process unless it is stopped. Root starts it as another user.
 *
 * @throws AttuneError `setup-missing` where it cannot be had on this machine, or does not start
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<RunningPostgres> {
  const user = await serverUser();
  const programs = await ensurePostgres(user, options.onStep);
  const isTemporary = options.dataFolder === undefined;
  const folder = resolve(options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'attune-postgres-'))));
  try {
    const password = await prepareFolder(folder, programs, user, options.onStep);
    const settings: ServerSettings = { programs, user, folder, port: options.port ?? (await freePort()), durable: !isTemporary };
    options.onStep?.('Starting PostgreSQL');
    return new Server(settings, password, isTemporary, await launch(settings));
  } catch (error) {
    if (isTemporary) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

class Server implements RunningPostgres {
  constructor(
    private readonly settings: ServerSettings,
    private readonly password: string,
    private readonly isTemporary: boolean,
    private currentPid: number,
  ) {}

  get url(): string {
    return this.urlOf('postgres');
  }

  get port(): number {
    return this.settings.port;
  }

  get dataFolder(): string {
    return this.settings.folder;
  }

  get pid(): number {
    return this.currentPid;
  }

  async stop(): Promise<void> {
    await stopServer(this.currentPid);
    if (this.isTemporary) await rm(this.settings.folder, { recursive: true, force: true });
  }

  kill(): Promise<void> {
    return killServer(this.currentPid);
  }

  async restart(): Promise<void> {
    await stopServer(this.currentPid);
    this.currentPid = await launch(this.settings);
  }

  async createDatabase(name: string): Promise<string> {
    const { programs, port } = this.settings;
    const { ok, output } = await runProgram(
      join(programs, 'psql'),
      [
        '-X',
        '-q',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        SUPERUSER,
        '-c',
        `create database ${quoted(name)}`,
        'postgres',
      ],
      { variables: { PGPASSWORD: this.password } },
    );
    if (!ok) throw new AttuneError('database-failed', `The database ${name} could not be made.\n${lastLines(output)}`);
    return this.urlOf(name);
  }

  private urlOf(database: string): string {
    return `postgresql://${SUPERUSER}:${this.password}@127.0.0.1:${this.settings.port}/${encodeURIComponent(database)}`;
  }
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Makes the folder and, the first time, the data in it. @returns the superuser's password */
async function prepareFolder(
  folder: string,
  programs: string,
  user: ServerUser | undefined,
  onStep: ((step: string) => void) | undefined,
): Promise<string> {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  await mkdir(folder, { recursive: true });
  await giveTo(user, folder);
  await chmod(folder, 0o700);
  // The password is written when the data are whole: without it a start was interrupted, and its remains go.
  if (existsSync(passwordFile)) return readFile(passwordFile, 'utf8');
  onStep?.('Making a PostgreSQL data folder');
  await rm(data, { recursive: true, force: true });
  const password = randomBytes(18).toString('hex');
  const handedOver = join(folder, 'password.new');
  await writeFile(handedOver, password, { mode: 0o600 });
  await giveTo(user, handedOver);
  const { ok, output } = await runProgram(
    join(programs, 'initdb'),
    ['-D', data, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${handedOver}`, '--encoding=UTF8', '--no-locale', '--no-sync'],
    { user, cwd: folder },
  );
  await rm(handedOver, { force: true });
  if (!ok) {
    throw new AttuneError('setup-missing', `A PostgreSQL data folder could not be made in ${folder}.\n${lastLines(output)}`, {
      remedy: user === undefined ? undefined : `PostgreSQL runs as ${user.name}, who must be able to reach that folder: name another one.`,
    });
  }
  await writeFile(passwordFile, password, { mode: 0o600 });
  return password;
}
