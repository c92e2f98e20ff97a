import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode, isMissing } from './file-errors';

/** Folders beside a model directory while it is written (`staging`), and the former one while it is replaced (`replaced`). */
export type StagingKind = 'staging' | 'replaced';

/** A folder of another machine on a shared disk is given up after this many milliseconds without a change. */
const FOREIGN_AGE = 24 * 60 * 60 * 1000;

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, '-');

/** Folders that this process is working in. */
const active = new Set<string>();

/** A new name beside the target, which tells whose it is: `.<target>.<kind>-<host>-<process id>-<random>`. */
export function claimStagingPath(target: string, kind: StagingKind): string {
  const path = join(dirname(target), `.${basename(target)}.${kind}-${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`);
  active.add(path);
  return path;
}

/** Removes a claimed folder, if it is still there, and gives up the claim. */
export async function releaseStagingPath(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  active.delete(path);
}

/**
 * Clears away what killed processes left beside the target. A model that was being replaced when the power went is put back if nothing
 * stands in its place.
 */
export async function removeStaleStaging(target: string): Promise<void> {
  const parent = dirname(target);
  const owned = new RegExp(`^\\.${escapeRegExp(basename(target))}\\.(staging|replaced)-(.+)-(\\d+)-[0-9a-f]{8}$`);
  for (const name of await readdir(parent).catch(() => [])) {
    const match = owned.exec(name);
    const path = join(parent, name);
    if (match === null || !(await isStale(path, match[2], Number(match[3])))) continue;
    if (match[1] === 'replaced' && !(await exists(target))) await rename(path, target);
    else await rm(path, { recursive: true, force: true });
  }
}

async function isStale(path: string, host: string, pid: number): Promise<boolean> {
  if (host !== HOST) {
    const modified = await lstat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    return Date.now() - modified > FOREIGN_AGE;
  }
  return pid === process.pid ? !active.has(path) : !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it runs, for another user.
    return fileErrorCode(cause) !== 'ESRCH';
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (cause) {
    if (isMissing(cause)) return false;
    throw cause;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
