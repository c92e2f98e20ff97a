import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { Engine } from './engine';

/**
 * Puts an embedded database as initdb leaves it into the cache, unless it is there: from then on a new database is a copy of it, where creating
 * one computes for seconds.
 *
 * @param cache folder of the cache
 */
export async function prepareBlankCluster(cache = cacheDirectory()): Promise<void> {
  const blank = blankCluster(cache);
  if (existsSync(blank)) return;
  const own = `${blank}.${randomUUID()}`;
  try {
    await mkdir(dirname(blank), { recursive: true });
    const engine = await Engine.open(own);
    await engine.close();
    // Where another process was sooner, its folder is as good.
    await rename(own, blank).catch((error: unknown) => {
      if (!existsSync(blank)) throw error;
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Copies the prepared cluster to a folder that does not exist; nothing where none was prepared. */
export async function copyBlankCluster(to: string, cache = cacheDirectory()): Promise<void> {
  const blank = blankCluster(cache);
  if (existsSync(blank)) await cp(blank, to, { recursive: true });
}

/** Each release of PGlite has its own: they need not be alike. */
function blankCluster(cache: string): string {
  const description = join(dirname(require.resolve('@electric-sql/pglite')), '../package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
  return join(cache, 'pglite', version);
}
