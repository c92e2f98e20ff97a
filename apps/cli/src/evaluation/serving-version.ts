import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isModelDirectory } from '../model-directory';
import { openModelStore } from '../model-store';

/**
 * The folder of a version to compare with: a model's own, or that of the version which serves an application, by the application's
 * folder, or its address, in a model store.
 *
 * @throws AttuneError `missing-file` where there is neither
 */
export async function servingVersion(path: string): Promise<string> {
  if (isModelDirectory(path)) return path;
  const [{ AttuneError, ModelStore }, { parseLocation }] = await Promise.all([import('@attune/artifact'), import('@attune/object-store')]);
  if (parseLocation(path) !== undefined) {
    const [address, app] = [path.slice(0, path.lastIndexOf('/')), basename(path)];
    return (await (await openModelStore(address)).open(app)).directory;
  }
  const folder = resolve(path);
  const app = basename(folder);
  const current = existsSync(folder) ? await new ModelStore(dirname(folder)).current(app) : undefined;
  if (current !== undefined) return join(path, current.version);
  throw new AttuneError('missing-file', `${path} is no model, and no version serves there.`, {
    remedy: 'Name a model, or the folder of an application in a model store.',
  });
}
