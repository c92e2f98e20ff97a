import { join } from 'node:path';
import {
  AttuneError,
  headPrefix,
  readManifest,
  readSafetensors,
  verifyFiles,
  type HeadShape,
  type Manifest,
  type NamedTensor,
} from '@attune/artifact';
import { loadEncoder, type LoadedEncoder } from '../encoders';
import { HEADS_FOLDER } from '../export/model-files';

/** A model that was trained, with everything that a gradient through it needs. */
export interface TrainedModel {
  manifest: Manifest;
  encoder: LoadedEncoder;
  /** In the order of its tasks. */
  heads: HeadShape[];
  /** Of the encoder and all heads, by their names in memory. */
  weights: Map<string, NamedTensor>;
}

/**
 * Loads the checkpoint of an exported head.
 *
 * @throws AttuneError `missing-file` and `bad-model` for a directory that is no model or was changed, `wrong-use` for one without a checkpoint
 *   or without a head
 */
export async function loadTrainedModel(directory: string): Promise<TrainedModel> {
  const manifest = await readManifest(directory);
  const files = ['config.json', 'model.safetensors'];
  if (!files.every((file) => file in manifest.files)) {
    throw new AttuneError('wrong-use', `${directory} has no checkpoint, which gradients go through.`, {
      remedy: 'Name a directory as attune train writes it, or explain by occlusion, which needs the ONNX file alone.',
    });
  }
  if (manifest.tasks.length === 0) throw new AttuneError('wrong-use', `${directory} is an embedding model: it has no label to explain.`);
  await verifyFiles(directory, manifest, files);
  const encoder = await loadEncoder(directory);
  const heads = manifest.tasks.map(({ name, type, pooling, labels }): HeadShape => ({
    ...(manifest.tasks.length > 1 && { name }),
    task: type,
    pooling,
    labels,
  }));
  const weights = new Map(encoder.weights);
  for (const [place, head] of heads.entries()) {
    if (place === 0) continue;
    const file = `${HEADS_FOLDER}/${head.name ?? ''}.safetensors`;
    await verifyFiles(directory, manifest, [file]);
    for (const [name, tensor] of (await readSafetensors(join(directory, file))).tensors)
      weights.set(`${headPrefix(head, place)}.${name}`, tensor);
  }
  return { manifest, encoder, heads, weights };
}
