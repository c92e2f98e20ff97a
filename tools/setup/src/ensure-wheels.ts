import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError, cacheDirectory } from '@attune/artifact';
import { withLock } from './lock';
import type { SetupContext, SetupEvent } from './progress';
import { isComplete } from './receipt';
import { findPip, howToInstall } from './requirements';
import { installWheels } from './unpack-wheels';
import type { Wheel } from './wheels';

export interface FetchWheelsOptions {
  /** What to do where Python's pip is missing, after it is installed: a sentence. */
  readonly remedy: string;
  readonly onProgress?: ((event: SetupEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a folder of the cache out of wheels, unless it is there and whole, which takes milliseconds to see.
 *
 * @throws AttuneError `setup-missing` where they cannot be had, `disk-full`
 */
export async function fetchWheels(directory: string, wheels: readonly Wheel[], options: FetchWheelsOptions): Promise<void> {
  if (await isComplete(directory, digests(wheels))) return;
  const context: SetupContext = { report: options.onProgress ?? (() => undefined), signal: options.signal };
  await withCache(context, () => ensureWheels(directory, wheels, options.remedy, context));
}

/** Runs work that writes to the cache: one process at a time. */
export async function withCache(context: SetupContext, work: () => Promise<void>): Promise<void> {
  const cache = cacheDirectory();
  await createCache(cache);
  await withLock(
    join(cache, 'setup.lock'),
    work,
    (holder) => context.report({ type: 'note', message: `Another set-up is at work (${holder}); waiting for it.` }),
    context.signal,
  );
}

async function createCache(cache: string): Promise<void> {
  try {
    for (const name of ['tensorflow', 'encoders', 'downloads']) await mkdir(join(cache, name), { recursive: true });
  } catch (error) {
    throw new AttuneError('setup-missing', `The cache folder ${cache} cannot be written to.`, {
      remedy: 'Let ATTUNE_CACHE name a folder that can be.',
      cause: error,
    });
  }
}

/** As {@link fetchWheels}, for those who hold the cache's lock. */
export async function ensureWheels(
  directory: string,
  wheels: readonly Wheel[],
  remedy: string,
  context: SetupContext,
  finish?: (directory: string) => Promise<void>,
): Promise<void> {
  if (await isComplete(directory, digests(wheels))) return;
  const pip = await findPip();
  if (pip === undefined) {
    throw new AttuneError('setup-missing', `python3 with pip is missing, which downloads ${wheels.map(({ name }) => name).join(', ')}.`, {
      remedy: `${howToInstall('pip')}\n${remedy}`,
    });
  }
  await mkdir(dirname(directory), { recursive: true });
  await installWheels(directory, wheels, pip, context, finish);
}

/** What tells a folder unpacked from these wheels from another. */
export function digests(wheels: readonly Wheel[]): string[] {
  return wheels.map(({ sha256 }) => sha256);
}
