import { mkdir, open, readdir, readFile, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AttuneError } from './errors';
import { fileErrorCode, isDiskFull, isMissing } from './file-errors';
import { MANIFEST_FILE } from './manifest';
import { claimStagingPath, releaseStagingPath, removeStaleStaging } from './staging';

/**
 * Checks that a model may be written to a place: nothing is there, or an empty directory, or a model directory that holds nothing but
 * what its manifest lists. Call it before work whose result is to go there.
 *
 * @throws AttuneError `wrong-use` naming what stands in the way.
 */
export async function assertReplaceable(target: string): Promise<void> {
  const names = await entries(target);
  if (names === undefined || names.length === 0) return;
  const elsewhere = { remedy: 'Name another directory, or one that does not exist yet.' };
  const listed = await listedFiles(target);
  if (listed === undefined) {
    throw new AttuneError('wrong-use', `${target} exists and is not a model directory; it is left as it is.`, elsewhere);
  }
  const known = new Set([MANIFEST_FILE, ...listed.map((path) => path.split('/')[0])]);
  const foreign = names.find((name) => !known.has(name));
  if (foreign !== undefined) {
    throw new AttuneError('wrong-use', `${target} holds a model, but also ${foreign}, which is not part of it and would be lost.`, {
      remedy: `Move ${foreign} away, or name another directory.`,
    });
  }
}

/**
 * Writes a model directory as a whole or not at all. `write` fills a staging folder beside the target; its files are then flushed to the
 * disk and the folder renamed. A model directory that stands there is replaced; whatever fails leaves it as it was, and no folder of its own.
 * Should the machine stop in the instant between the two renames of a replacement, the next call puts the former model back.
 *
 * @param occupied makes the error where a directory stands there in the end, which is then not replaced
 * @returns what `write` returned
 * @throws AttuneError `wrong-use` when the target may not be replaced, `disk-full` when there is no room; else what `write` threw.
 */
export async function writeDirectoryAtomically<T>(
  target: string,
  write: (staging: string) => Promise<T>,
  occupied?: () => AttuneError,
): Promise<T> {
  const place = await placeOf(target);
  await removeStaleStaging(place);
  await assertReplaceable(place);
  const staging = claimStagingPath(place, 'staging');
  try {
    await mkdir(staging);
    const result = await write(staging);
    await flush(staging);
    await (occupied === undefined ? putInPlace(staging, place) : putWhereNothingIs(staging, place, occupied));
    return result;
  } catch (cause) {
    throw explain(cause, target);
  } finally {
    await releaseStagingPath(staging);
  }
}

/** The absolute path, links followed, so that the staging folder lies on the same disk; its parent is made. */
async function placeOf(target: string): Promise<string> {
  const path = resolve(target);
  try {
    return await realpath(path);
  } catch (cause) {
    if (!isMissing(cause)) throw explain(cause, target);
  }
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw explain(cause, target);
  }
  return join(await realpath(dirname(path)), basename(path));
}

/** Of several writers at once one gets there: a folder is not renamed onto one with files in it. */
async function putWhereNothingIs(staging: string, place: string, occupied: () => AttuneError): Promise<void> {
  try {
    await rename(staging, place);
  } catch (cause) {
    if (['ENOTEMPTY', 'EEXIST'].includes(fileErrorCode(cause) ?? '')) throw occupied();
    throw cause;
  }
  await flushOne(dirname(place));
}

async function putInPlace(staging: string, place: string): Promise<void> {
  const names = await entries(place);
  if (names === undefined || names.length === 0) {
    await rename(staging, place);
  } else {
    // Something may have appeared while the model was made.
    await assertReplaceable(place);
    const replaced = claimStagingPath(place, 'replaced');
    await rename(place, replaced);
    try {
      await rename(staging, place);
    } catch (cause) {
      await rename(replaced, place);
      throw cause;
    }
    await releaseStagingPath(replaced);
  }
  await flushOne(dirname(place));
}

async function flush(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    await (entry.isDirectory() ? flush(path) : flushOne(path));
  }
  await flushOne(directory);
}

async function flushOne(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (cause) {
    // Some file systems cannot flush a directory.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(fileErrorCode(cause) ?? '')) throw cause;
  } finally {
    await handle.close();
  }
}

/** Names in a directory, undefined where nothing stands. */
async function entries(target: string): Promise<string[] | undefined> {
  try {
    return await readdir(target);
  } catch (cause) {
    if (fileErrorCode(cause) === 'ENOENT') return undefined;
    if (fileErrorCode(cause) !== 'ENOTDIR') throw explain(cause, target);
    const isFile = await stat(target).then(
      (found) => !found.isDirectory(),
      () => false,
    );
    throw new AttuneError('wrong-use', isFile ? `${target} is a file.` : `A part of the path ${target} is a file.`, {
      remedy: 'Name a directory for the model.',
    });
  }
}

/** Paths that the manifest of a model directory lists; of a manifest of any version, since a newer model may be replaced too. */
async function listedFiles(directory: string): Promise<string[] | undefined> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(directory, MANIFEST_FILE), 'utf8'));
    if (typeof manifest !== 'object' || manifest === null || !('schemaVersion' in manifest) || !('files' in manifest)) return undefined;
    return typeof manifest.files === 'object' && manifest.files !== null ? Object.keys(manifest.files) : undefined;
  } catch {
    return undefined;
  }
}

function explain(cause: unknown, target: string): unknown {
  if (cause instanceof AttuneError) return cause;
  if (isDiskFull(cause)) {
    return new AttuneError('disk-full', `The disk is full: ${target} could not be written, and nothing of it is left.`, {
      remedy: 'Make room and run the same command again.',
      cause,
    });
  }
  const code = fileErrorCode(cause);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AttuneError('wrong-use', `${target} cannot be written (${code}).`, {
      remedy: 'Name a directory that you may write to.',
      cause,
    });
  }
  return cause;
}
