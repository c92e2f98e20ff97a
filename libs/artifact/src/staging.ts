import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileErrorCode, isMissing } from './file-errors';

/** Folders beside a model directory while it is written (`staging`), and the former one while it is replaced (`replaced`). */
export type StagingKind = 'staging' | 'replaced';

/** A folder of another machine on a shared disk is given up after this many milliseconds without a change. */
const FOREIGN_AGE = 24 * 60 * 60 * 1000;

/** Name of a staging folder, whatever it is to become: whose machine and process it belongs to. */
const STAGING = /^\..+\.staging-(.+)-(\d+)-[0-9a-f]{8}$/;

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

/**
 * Clears away what killed processes left of staging folders in a folder, whatever they were to become. Machines that share a disk may bear one
 * name, and processes in two containers one id: what was changed a short while ago is left, whoever it belongs to.
 *
 * @param minimumAge milliseconds since anything in a staging folder changed
 */
export async function removeAbandonedStaging(folder: string, minimumAge: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, host, pid] = STAGING.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const age = Date.now() - (await lastChange(path));
    if (age > minimumAge && (age > FOREIGN_AGE || (await isStale(path, host, Number(pid)))))
      await rm(path, { recursive: true, force: true });
  }
}

/** When a folder or anything in it was changed last, in milliseconds since 1970; now, where it cannot be seen. */
async function lastChange(path: string): Promise<number> {
  try {
    const names = await readdir(path, { recursive: true });
    const times = await Promise.all(['.', ...names].map(async (name) => (await lstat(join(path, name))).mtimeMs));
    return Math.max(...times);
  } catch {
    return Date.now();
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
