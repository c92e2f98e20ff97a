import { join } from 'node:path';
import { headPrefix, readSafetensors, verifyFiles, type HeadShape, type Manifest, type NamedTensor } from '@attune/artifact';
import { HEADS_FOLDER } from './model-files';

/** Files without which an exported model cannot be trained, nor gradients taken through it. */
export const CHECKPOINT_FILES: readonly string[] = ['config.json', 'model.safetensors'];

/** Whether an exported model has its weights beside its ONNX files. */
export function hasCheckpoint({ files }: Manifest): boolean {
  return CHECKPOINT_FILES.every((file) => file in files);
}

/** The heads of an exported model in the order of its tasks. */
export function exportedHeads({ tasks }: Manifest): HeadShape[] {
  return tasks.map(({ name, type, pooling, labels }) => ({ ...(tasks.length > 1 && { name }), task: type, pooling, labels }));
}

/**
 * Parameters of a model's further heads by their names in memory; those of the first stand in its checkpoint, but for one that reads a pair,
 * which no checkpoint holds.
 *
 * @throws AttuneError `bad-model` for a file that is missing or was changed
 */
export async function readFurtherHeads(directory: string, manifest: Manifest): Promise<Map<string, NamedTensor>> {
  const weights = new Map<string, NamedTensor>();
  for (const [place, head] of exportedHeads(manifest).entries()) {
    if (place === 0 && head.pooling !== 'pair') continue;
    const file = `${HEADS_FOLDER}/${head.name ?? 'head'}.safetensors`;
    await verifyFiles(directory, manifest, [file]);
    const { tensors } = await readSafetensors(join(directory, file));
    for (const [name, tensor] of tensors) weights.set(`${headPrefix(head, place)}.${name}`, tensor);
  }
  return weights;
}
