import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, cacheDirectory, fileErrorCode, isDiskFull } from '@attune/artifact';

/** The Versity S3 Gateway that is built: an S3 server over a folder, with conditional writes. */
export const VERSITYGW_VERSION = '1.8.0';

const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSITYGW_VERSION}`;

/** The built server. It need not be there yet. */
export function versitygwProgram(): string {
  return join(cacheDirectory(), 'versitygw', VERSITYGW_VERSION, 'versitygw');
}

/**
 * Builds the server with Go, which fetches its sources from the machine's module proxy, unless it is there.
 *
 * @returns its path
 * @throws AttuneError `setup-missing` where Go is missing or cannot build it, `disk-full`
 */
export async function ensureVersitygw(onStep: (step: string) => void = () => undefined): Promise<string> {
  const program = versitygwProgram();
  if (existsSync(program)) return program;
  onStep(`Building Versity S3 Gateway ${VERSITYGW_VERSION} with Go`);
  const parent = join(cacheDirectory(), 'versitygw');
  const folder = join(parent, VERSITYGW_VERSION);
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'building-'));
  try {
    await build(work);
    // A finished folder appears whole or not at all; of two that build at once the second finds the first's.
    await rename(work, folder).catch((error: unknown) => {
      if (!existsSync(program)) throw error;
    });
  } catch (error) {
    if (isDiskFull(error)) throw new AttuneError('disk-full', `${parent}: the disk is full.`, { cause: error });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return program;
}

async function build(folder: string): Promise<void> {
  const failure = await new Promise<{ missing: boolean; output: string } | undefined>((resolve) => {
    execFile('go', ['install', MODULE], { env: { ...process.env, GOBIN: folder }, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve(error === null ? undefined : { missing: fileErrorCode(error) === 'ENOENT', output: `${stdout}${stderr}` }),
    );
  });
  if (failure === undefined) return;
  if (failure.missing) {
    throw new AttuneError('setup-missing', 'Go is missing, which builds the S3 server.', { remedy: 'Install Go 1.25 or later.' });
  }
  const said = failure.output.trim().split('\n').slice(-6).join('\n');
  throw new AttuneError('setup-missing', `Go could not build Versity S3 Gateway ${VERSITYGW_VERSION}.\n${said}`, {
    remedy: 'Check the network and GOPROXY; Go must be 1.25 or later.',
  });
}
