import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withFolderLock } from './folder-lock';
import { testRunFolder } from './test-run';

/**
 * A folder that the spec files of a test run share: the first that asks for it fills it, the others find it full. It goes with the run.
 *
 * @param name of the folder among those of the run
 * @throws what `fill` throws
 */
export async function sharedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(testRunFolder(), name);
  return withFolderLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await fill(folder);
    return folder;
  });
}
