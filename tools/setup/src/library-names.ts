import { symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Gives the wheel's libraries the names that the linker looks for (`-ltensorflow`, `-ltensorflow_framework`). */
export async function symlinkLibraries(directory: string): Promise<void> {
  const names = { 'libtensorflow.so': 'libtensorflow_cc.so.2', 'libtensorflow_framework.so': 'libtensorflow_framework.so.2' };
  for (const [link, target] of Object.entries(names)) {
    await symlink(target, join(directory, 'lib', link)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
