import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isModelDirectory } from '../model-directory';

/**
 * The folder of a version to compare with: a model's own, or that of the version which serves an application, by the application's
 * folder in a model store.
 *
 * @throws AttuneError `missing-file` where there is neither
 */
export async function servingVersion(path: string): Promise<string> {
  if (isModelDirectory(path)) return path;
  const { AttuneError, ModelStore } = await import('@attune/artifact');
  const folder = resolve(path);
  const app = basename(folder);
  const current = existsSync(folder) ? await new ModelStore(dirname(folder)).current(app) : undefined;
  if (current !== undefined) return join(path, current.version);
  throw new AttuneError('missing-file', `${path} is no model, and no version serves there.`, {
    remedy: 'Name a model, or the folder of an application in a model store.',
  });
}
