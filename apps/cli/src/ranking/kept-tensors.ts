import { createHash } from 'node:crypto';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedTensor } from '@attune/artifact';

/** Tensors by name. */
export type TensorSet = ReadonlyMap<string, NamedTensor>;

/**
 * Keeps what a training computes from its inputs alone, whatever its seed, in a folder for the next training with the same inputs: a file each,
 * named by a hash of them. Without a folder everything is computed anew.
 */
export class KeptTensors {
  constructor(private readonly folder: string | undefined) {}

  /**
   * What was kept of the same inputs, or else what `make` makes of them.
   *
   * @param name of the kind, which the file's name begins with
   * @param inputs everything that decides what `make` makes
   */
  async of(name: string, inputs: readonly (string | NodeJS.ArrayBufferView)[], make: () => Promise<TensorSet>): Promise<TensorSet> {
    if (this.folder === undefined) return make();
    const file = join(this.folder, `${name}-${hashOf(inputs)}.safetensors`);
    const kept = await read(file);
    if (kept !== undefined) return kept;
    const [made, { writeSafetensors }] = await Promise.all([make(), import('@attune/artifact')]);
    await mkdir(this.folder, { recursive: true });
    // Whole or not at all, and whoever writes the same at once writes the same.
    const staging = `${file}.${String(process.pid)}`;
    await writeSafetensors(staging, made);
    await rename(staging, file);
    return made;
  }
}

function hashOf(inputs: readonly (string | NodeJS.ArrayBufferView)[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const length = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
    hash.update(`${String(length)}:`).update(input);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Undefined where there is no such file, or a damaged one. */
async function read(file: string): Promise<TensorSet | undefined> {
  const { AttuneError, readSafetensors } = await import('@attune/artifact');
  try {
    return (await readSafetensors(file)).tensors;
  } catch (error) {
    if (error instanceof AttuneError && (error.code === 'missing-file' || error.code === 'bad-model')) return undefined;
    throw error;
  }
}
