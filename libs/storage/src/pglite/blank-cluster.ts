import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { Engine } from './engine';

/** In the folder of a prepared cluster: the cluster, and the hash of all that it holds. */
const CLUSTER = 'cluster';
const HASH = 'sha256';

/**
 * Puts an embedded database as initdb leaves it into the cache, unless it is there and undamaged: from then on a new database is a copy of it,
 * where creating one computes for seconds.
 *
 * @param cache folder of the cache
 */
export async function prepareBlankCluster(cache = cacheDirectory()): Promise<void> {
  const blank = blankCluster(cache);
  if (await isUndamaged(join(blank, CLUSTER), blank)) return;
  const own = `${blank}.${randomUUID()}`;
  try {
    await mkdir(own, { recursive: true });
    const engine = await Engine.open(join(own, CLUSTER));
    await engine.close();
    await writeFile(join(own, HASH), await hashOf(join(own, CLUSTER)));
    await removeAside(blank);
    // Where another process was sooner, its folder is as good.
    await rename(own, blank).catch((error: unknown) => {
      if (!existsSync(blank)) throw error;
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * Copies the prepared cluster to a folder that does not exist; nothing where none was prepared. One that is damaged is removed: a disk may lose
 * what was not flushed to it when the power goes.
 */
export async function copyBlankCluster(to: string, cache = cacheDirectory()): Promise<void> {
  const blank = blankCluster(cache);
  if (!existsSync(blank)) return;
  // Another process may remove it meanwhile, which the hash tells as well.
  await cp(join(blank, CLUSTER), to, { recursive: true }).catch(() => undefined);
  if (await isUndamaged(to, blank)) return;
  await rm(to, { recursive: true, force: true });
  await removeAside(blank);
}

/** Whether a folder holds what was prepared. */
async function isUndamaged(folder: string, blank: string): Promise<boolean> {
  try {
    return (await readFile(join(blank, HASH), 'utf8')) === (await hashOf(folder));
  } catch {
    return false;
  }
}

/** SHA-256 of the paths and contents of all files in a folder, in hexadecimal. */
async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths.sort()) {
    const content = await readFile(path);
    hash.update(`${relative(folder, path)}\0${content.length}\0`).update(content);
  }
  // PostgreSQL wants its empty folders, too.
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return hash.update(folders.sort().join('\0')).digest('hex');
}

/** Under another name first, so that nobody finds half of it. */
async function removeAside(blank: string): Promise<void> {
  const aside = `${blank}.${randomUUID()}`;
  await rename(blank, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

/** Each release of PGlite has its own: they need not be alike. */
function blankCluster(cache: string): string {
  const description = join(dirname(require.resolve('@electric-sql/pglite')), '../package.json');
  const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
  return join(cache, 'pglite', version);
}
