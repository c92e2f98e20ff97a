import { TOKENIZER_FILES } from '@attune/artifact';

/** Files that an encoder needs beside its weights; everything else of a repository stays on the hub. */
const SMALL_FILES: readonly string[] = ['config.json', ...TOKENIZER_FILES, 'modules.json', '1_Pooling/config.json'];

const SINGLE_WEIGHTS = 'model.safetensors';
const SHARDED_WEIGHTS = /^model(\.safetensors\.index\.json|-\d+-of-\d+\.safetensors)$/;

/**
 * The files to fetch of those that a repository has: config.json first, so that an unsupported architecture is refused before
 * its weights are fetched, and the weights last.
 *
 * @returns No weights in the list where the repository has none as safetensors.
 */
export function snapshotFiles(repositoryFiles: readonly string[]): string[] {
  const small = repositoryFiles
    .filter((path) => SMALL_FILES.includes(path))
    .sort((a, b) => Number(b === 'config.json') - Number(a === 'config.json'));
  const weights = repositoryFiles.includes(SINGLE_WEIGHTS)
    ? [SINGLE_WEIGHTS]
    : repositoryFiles.filter((path) => SHARDED_WEIGHTS.test(path));
  return [...small, ...weights];
}

export function isWeights(path: string): boolean {
  return path.endsWith('.safetensors');
}
