import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a folder holds a model with a manifest; a pretrained encoder has none. */
export function isModelDirectory(path: string): boolean {
  return existsSync(join(path, 'attune.json'));
}
