import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertPortsFree } from './free-ports';
import { step } from './show-service';

/** Seconds within which the services of a start that was killed have ended by themselves. */
const PATIENCE = 30;
const POLL_MS = 200;

/** What a service takes for itself. */
export interface TakenPlace {
  readonly port: number;
  /** Of its data, which need not be there. */
  readonly folder: string;
}

/**
 * Marks a folder of data as being in use by a start. Where the one before was killed, its services may still be ending, since they notice it by
 * themselves: then that is awaited first.
 *
 * @param data folder that this process owns
 * @returns takes the mark away
 * @throws AttuneError `bad-config` where ports are in use, `conflict` where a folder is
 */
export async function markStart(data: string, places: readonly TakenPlace[], signal: AbortSignal): Promise<() => Promise<void>> {
  const mark = join(data, 'running');
  if (existsSync(mark)) await untilFree(places, signal);
  else await assertFree(places);
  await writeFile(mark, '');
  return () => rm(mark, { force: true });
}

async function untilFree(places: readonly TakenPlace[], signal: AbortSignal): Promise<void> {
  const until = performance.now() + PATIENCE * 1_000;
  for (let isFirst = true; ; isFirst = false) {
    try {
      await assertFree(places);
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      if (isFirst) step('the last start was killed: waiting for its services to end');
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

async function assertFree(places: readonly TakenPlace[]): Promise<void> {
  await assertPortsFree(places.map(({ port }) => port));
  const { ownFolder } = await import('@attune/storage');
  for (const { folder } of places) if (existsSync(folder)) await (await ownFolder(folder))();
}
