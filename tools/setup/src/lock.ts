import { mkdir, open, readFile, rm, rmdir, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileErrorCode } from '@attune/artifact';
import { z } from 'zod';

/** Milliseconds between two signs of life of the holder. */
const HEARTBEAT = 2_000;
/** Milliseconds without a sign of life after which the holder counts as dead, also one on another machine. */
const STALE_AFTER = 30_000;
const POLL = 200;

const holderSchema = z.object({ pid: z.number().int(), host: z.string() });
type Holder = z.infer<typeof holderSchema>;

/**
 * Runs work while holding a lock file, so that two processes never do it at once; waits for whoever holds it.
 * A holder that was killed leaves the file behind: its process is gone, or its heartbeat stops, and the lock is taken over.
 *
 * @param onWait told once, with the process that holds the lock
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (holder: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await tryLock(path))) {
    const holder = await readHolder(path);
    if (await isStale(path, holder)) {
      await takeAway(path);
      continue;
    }
    if (!told && holder !== undefined) {
      told = true;
      onWait(holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`);
    }
    await sleep(POLL, undefined, signal === undefined ? {} : { signal });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
    await file.close();
    return true;
  } catch (error) {
    if (fileErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

async function isStale(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname() && !isAlive(holder.pid)) return true;
  return isOld(path);
}

async function isOld(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_AFTER;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return fileErrorCode(error) === 'EPERM';
  }
}

/**
 * Removes a dead holder's file. Of several that find the lock stale only one may remove it, after another look:
 * otherwise the second would remove the lock that the first has just taken.
 */
async function takeAway(path: string): Promise<void> {
  const breaking = `${path}.breaking`;
  try {
    await mkdir(breaking);
  } catch {
    if (await isOld(breaking)) await rmdir(breaking).catch(() => undefined);
    else await sleep(POLL);
    return;
  }
  try {
    if (await isStale(path, await readHolder(path))) await rm(path, { force: true });
  } finally {
    await rmdir(breaking);
  }
}
