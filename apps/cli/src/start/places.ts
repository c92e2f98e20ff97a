import { join, relative, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(__dirname, '../../../..');

/** The model store of the checkout. */
export const MODELS = join(ROOT, 'models');

/** Name under which the target `head` of an application stores its version. */
export const EXAMPLE_VERSION = 'example';

/** Where services that are started together keep their data. */
export const DATA = join(ROOT, 'data');

/** A path as it is written shortest from the working directory. */
export function fromHere(path: string): string {
  return relative(process.cwd(), path) || '.';
}
