import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AttuneError } from './errors';

/**
 * Whether a path of a manifest names a place inside its directory: relative, with `/` between its parts, and none of them empty,
 * `.` or `..`. Drive letters, backslashes and control characters are refused on every system alike.
 */
export function isSafeRelativePath(path: string): boolean {
  if (path.length === 0 || path.length > 1024 || /[\\:\p{Cc}]/u.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * The absolute path of a file that a manifest names, after symbolic links are followed.
 *
 * @throws AttuneError `bad-model` when it lies outside the directory or does not exist.
 */
export async function resolveInside(directory: string, path: string): Promise<string> {
  if (!isSafeRelativePath(path)) {
    throw new AttuneError('bad-model', `${directory}: the path ${JSON.stringify(path)} does not stay inside the model directory.`);
  }
  const root = await realpath(directory);
  let resolved: string;
  try {
    resolved = await realpath(join(root, path));
  } catch (cause) {
    throw new AttuneError('bad-model', `${join(directory, path)} is missing.`, { remedy: 'Copy or export the model again.', cause });
  }
  if (!resolved.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new AttuneError('bad-model', `${join(directory, path)} is a link to a place outside the model directory.`);
  }
  return resolved;
}
