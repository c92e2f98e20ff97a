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
 * Opens a model directory, or a pretrained encoder: that is exported into the cache the first time.
 *
 * @throws AttuneError where there is neither such a model nor such an encoder
 */
export async function openEmbedder(model: string, precision: 'fp32' | 'int8'): Promise<Predictor> {
  const { Predictor: Opener } = await import('@attune/inference');
  return Opener.open(isModelDirectory(model) ? model : await cachedEmbedder(model), { precision });
}

/** The folder of an encoder's embedding model in the cache, by the hash of its weights. */
async function cachedEmbedder(reference: string): Promise<string> {
  const { cacheDirectory, exportEmbeddingModel, loadEncoder } = await import('@attune/finetune');
  const encoder = await loadEncoder(reference);
  const directory = join(cacheDirectory(), 'embedding-models', encoder.hash.slice(0, 16));
  if (!isModelDirectory(directory)) {
    printMessage(`Exporting ${encoder.id} as an embedding model, once.`);
    await exportEmbeddingModel(encoder, { out: directory, createdBy });
  }
  return directory;
}
