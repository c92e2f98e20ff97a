import { relative, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(__dirname, '../../../..');

/** A path as it is written shortest from the working directory. */
export function fromHere(path: string): string {
  return relative(process.cwd(), path) || '.';
}
