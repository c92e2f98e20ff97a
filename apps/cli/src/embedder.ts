import { join } from 'node:path';
import type { Predictor } from '@attune/inference';
import { isModelDirectory } from './model-directory';
import { printMessage } from './terminal';
import { createdBy } from './version';

/**
 * Exports a pretrained encoder as an embedding model, without any training.
 *
 * @param reference folder, hub id, or the name of the encoder that setup installed
 * @returns paths of the files, relative to `out`
 */
export async function exportEmbedder(reference: string, out: string): Promise<string[]> {
  const { exportEmbeddingModel, loadEncoder } = await import('@attune/finetune');
  const { files } = await exportEmbeddingModel(await loadEncoder(reference), { out, createdBy });
  return Object.keys(files);
}

/**
 * Opens a model directory, or a pretrained encoder.
 *
 * @throws AttuneError where there is neither such a model nor such an encoder
 */
export async function openEmbedder(model: string, precision: 'fp32' | 'int8'): Promise<Predictor> {
  const { Predictor: Opener } = await import('@attune/inference');
  return Opener.open(await resolveEmbedder(model), { precision });
}

/** The folder of a model: its own, or for a pretrained encoder one in the cache, by the hash of its weights, written the first time. */
export async function resolveEmbedder(model: string): Promise<string> {
  if (isModelDirectory(model)) return model;
  const [{ cacheDirectory }, { exportEmbeddingModel, loadEncoder }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/finetune'),
  ]);
  const encoder = await loadEncoder(model);
  const directory = join(cacheDirectory(), 'embedding-models', encoder.hash.slice(0, 16));
  if (!isModelDirectory(directory)) {
    printMessage(`Exporting ${encoder.id} as an embedding model, once.`);
    await exportEmbeddingModel(encoder, { out: directory, createdBy });
  }
  return directory;
}
