import { AttuneError, readManifest, verifyFiles, type HeadShape, type Manifest, type NamedTensor } from '@attune/artifact';
import { loadEncoder, type LoadedEncoder } from '../encoders';
import { CHECKPOINT_FILES, exportedHeads, hasCheckpoint, readFurtherHeads } from '../export/read-heads';

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
  if (!hasCheckpoint(manifest)) {
    throw new AttuneError('wrong-use', `${directory} has no checkpoint, which gradients go through.`, {
      remedy: 'Name a directory as attune train writes it, or explain by occlusion, which needs the ONNX file alone.',
    });
  }
  if (manifest.tasks.length === 0) throw new AttuneError('wrong-use', `${directory} is an embedding model: it has no label to explain.`);
  await verifyFiles(directory, manifest, CHECKPOINT_FILES);
  const encoder = await loadEncoder(directory);
  const weights = new Map([...encoder.weights, ...(await readFurtherHeads(directory, manifest))]);
  return { manifest, encoder, heads: exportedHeads(manifest), weights };
}
