import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors, type HeadShape, type NamedTensor } from '@attune/artifact';
import { HEADS_FOLDER, writeJson } from './model-files';

/**
 * Writes what a head that reads a gap is made of, beside the bare encoder, which no Python class holds as a whole: `heads/head.safetensors`
 * with `dense`, `LayerNorm` and `output`, and `heads/cloze.json` with the sentences as token ids, the activation and the labels.
 */
export async function writeClozeHead(
  directory: string,
  { cloze, labels }: HeadShape,
  weights: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  const own = [...weights].flatMap(([name, tensor]) => (name.startsWith('head.') ? [[name.slice('head.'.length), tensor] as const] : []));
  await mkdir(join(directory, HEADS_FOLDER), { recursive: true });
  await writeSafetensors(join(directory, HEADS_FOLDER, 'head.safetensors'), new Map(own));
  await writeJson(join(directory, HEADS_FOLDER, 'cloze.json'), { ...cloze, labels });
}
