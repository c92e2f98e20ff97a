import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';

const RECEIPT = '.attune-setup.json';

const receiptSchema = z.object({
  /** Digests of the wheels that the folder was unpacked from. */
  sources: z.array(z.string()),
  /** Size in bytes of every file, by its path in the folder. */
  files: z.record(z.string(), z.number()),
});

/** Lists a finished folder's files in the folder itself, so that {@link isComplete} can tell it from a damaged one. */
export async function writeReceipt(directory: string, sources: readonly string[]): Promise<void> {
  const files: Record<string, number> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(directory, path)] = (await stat(path)).size;
  }
  await writeFile(join(directory, RECEIPT), `${JSON.stringify({ sources, files }, undefined, 1)}\n`);
}

/**
 * Whether a folder was unpacked from these wheels to its end and every file still has its size. Reads no file's
 * contents, so it takes milliseconds; the contents were checked when they were unpacked.
 */
export async function isComplete(directory: string, sources: readonly string[]): Promise<boolean> {
  try {
    const receipt = receiptSchema.parse(JSON.parse(await readFile(join(directory, RECEIPT), 'utf8')));
    if (receipt.sources.join() !== sources.join()) return false;
    const sizes = await Promise.all(
      Object.entries(receipt.files).map(async ([path, size]) => (await stat(join(directory, path))).size === size),
    );
    return sizes.every(Boolean);
  } catch {
    return false;
  }
}
