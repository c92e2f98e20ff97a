import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that one spec waits for another. */
const TIMEOUT = 180_000;
const POLL = 100;

/**
 * Does work while no other spec file does, in whatever process: making a folder is atomic, one succeeds, the others wait until it is gone.
 *
 * @param path of the folder that is the lock
 */
export async function withFolderLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + TIMEOUT;
  while (
    !(await mkdir(path).then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error(`${path} is held by another spec for too long.`);
    await sleep(POLL);
  }
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}
