import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { AttuneError, fileErrorCode } from '@attune/artifact';

/** Milliseconds between two signs of life of the owner. */
const HEARTBEAT = 5_000;
/** Milliseconds without a sign of life after which an owner on another machine, whose processes cannot be seen, counts as dead. */
const SILENT_AFTER = 30_000;
const ATTEMPTS = 5;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one with its id; empty where the system does not say. */
  readonly startedAt: string;
}

/** Folders that this process owns. */
const owned = new Set<string>();

/**
 * Makes this process the one owner of a folder. A file in it names the owner; one whose process is gone is taken over.
 *
 * @returns gives the folder up
 * @throws AttuneError `conflict` where another process, or this one, owns it
 */
export async function ownFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(resolve(folder), 'owner.json');
  if (owned.has(path)) throw inUse(folder, thisProcess());
  owned.add(path);
  try {
    await mkdir(folder, { recursive: true });
    await take(folder, path);
  } catch (error) {
    owned.delete(path);
    throw error;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
    owned.delete(path);
  };
}

async function take(folder: string, path: string): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (await create(path)) return;
    const owner = await readOwner(path);
    if (owner !== undefined && (await isAlive(owner, path))) throw inUse(folder, owner);
    // Half-written by a process that lives takes a moment; by one that was killed it stays so.
    if (owner === undefined && (await age(path)) < HEARTBEAT && attempt < ATTEMPTS) continue;
    await takeAway(path);
  }
  throw inUse(folder, await readOwner(path));
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(thisProcess()));
    await file.close();
    return true;
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Of several that find an owner dead only one may remove its file: the others would remove the file of the first. */
async function takeAway(path: string): Promise<void> {
  const breaking = `${path}.breaking`;
  try {
    await mkdir(breaking);
  } catch {
    if ((await age(breaking)) > HEARTBEAT) await rm(breaking, { recursive: true, force: true });
    return;
  }
  try {
    const owner = await readOwner(path);
    if (owner === undefined || !(await isAlive(owner, path))) await rm(path, { force: true });
  } finally {
    await rm(breaking, { recursive: true, force: true });
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, host: hostname(), startedAt: startOf(process.pid) };
}

async function isAlive(owner: Owner, path: string): Promise<boolean> {
  if (owner.host !== hostname()) return (await age(path)) < SILENT_AFTER;
  // In a container every start gives the process the same id: what this process does not own, it owned in another life.
  if (owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (fileErrorCode(error) !== 'EPERM') return false;
  }
  const startedAt = startOf(owner.pid);
  return startedAt === '' || owner.startedAt === '' || startedAt === owner.startedAt;
}

/** When a process started, in ticks since the machine's start (field 22 of its `stat`), on Linux. */
function startOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const { pid, host, startedAt } = JSON.parse(await readFile(path, 'utf8')) as Partial<Record<keyof Owner, unknown>>;
    return typeof pid === 'number' && typeof host === 'string' && typeof startedAt === 'string' ? { pid, host, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

async function age(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

function inUse(folder: string, owner: Owner | undefined): AttuneError {
  const where = owner === undefined || owner.host === hostname() ? '' : ` on ${owner.host}`;
  return new AttuneError('conflict', `The database in ${folder} is in use by process ${owner?.pid ?? 'unknown'}${where}.`, {
    remedy: 'Stop that process, give this one another folder, or let both use PostgreSQL: DATABASE_URL.',
  });
}
