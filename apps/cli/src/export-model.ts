import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest } from '@attune/artifact';
import { exportEmbedder } from './embedder';
import { isModelDirectory } from './model-directory';

/** What `attune export --format` knows. */
export const exportFormats = ['huggingface', 'onnx', 'peft'] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface ExportRequest {
  /** Folder of a model, or a pretrained encoder. */
  model: string;
  out: string;
  /** Everything where it is left out. */
  format?: ExportFormat;
  signal: AbortSignal;
}

const ADAPTER = /^adapter_(config\.json|model\.safetensors)$/;
const TOKENIZER = /^(tokenizer(_config)?\.json|special_tokens_map\.json|vocab\.(txt|json)|merges\.txt|sentencepiece\.bpe\.model)$/;
const ONNX = /^onnx\//;
const CARD = /^README\.md$/;

/**
 * Copies a model's files, each checked against the manifest, or exports a pretrained encoder as an embedding model.
 * A copy in the format onnx keeps a manifest, so that services load it; the other formats are plain repositories.
 *
 * @returns paths of the files, relative to `out`
 * @throws AttuneError `bad-model` where a file is not what the manifest says, or the model lacks the format
 */
export async function exportModel({ model, out, format, signal }: ExportRequest): Promise<string[]> {
  const { readManifest, verifyFiles, writeDirectoryAtomically, resolveInside, MANIFEST_FILE } = await import('@attune/artifact');
  if (!isModelDirectory(model)) return exportPretrained(model, out, format);
  const manifest = await readManifest(model);
  const paths = Object.keys(manifest.files).filter((path) => belongsTo(path, format));
  await checkFormat(model, manifest, paths, format);
  await verifyFiles(model, manifest, paths);
  return writeDirectoryAtomically(out, async (staging) => {
    for (const path of paths) {
      signal.throwIfAborted();
      const target = join(staging, path);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(await resolveInside(model, path), target, constants.COPYFILE_FICLONE);
    }
    if (format === 'huggingface' || format === 'peft') return paths;
    const files = Object.fromEntries(Object.entries(manifest.files).filter(([path]) => paths.includes(path)));
    await writeFile(join(staging, MANIFEST_FILE), `${JSON.stringify({ ...manifest, files }, undefined, 2)}\n`);
    return [MANIFEST_FILE, ...paths];
  });
}

function belongsTo(path: string, format: ExportFormat | undefined): boolean {
  switch (format) {
    case undefined:
      return true;
    case 'huggingface':
      return !ONNX.test(path) && !ADAPTER.test(path);
    case 'onnx':
      return ONNX.test(path) || TOKENIZER.test(path) || path === 'config.json' || CARD.test(path);
    case 'peft':
      return ADAPTER.test(path) || TOKENIZER.test(path) || CARD.test(path);
  }
}

async function checkFormat(model: string, manifest: Manifest, paths: readonly string[], format: ExportFormat | undefined): Promise<void> {
  const { AttuneError } = await import('@attune/artifact');
  if (format === 'peft' && !paths.some((path) => ADAPTER.test(path))) {
    throw new AttuneError('bad-model', `${model} has no adapter: its tuner was ${manifest.tuner?.name ?? 'none'}.`, {
      remedy: 'Train with --tuner lora, or export another format.',
    });
  }
  if (format === 'huggingface' && !paths.some((path) => path.endsWith('.safetensors'))) {
    throw new AttuneError('bad-model', `${model} has no checkpoint in safetensors.`, { remedy: 'Export it as onnx.' });
  }
}

async function exportPretrained(model: string, out: string, format: ExportFormat | undefined): Promise<string[]> {
  const { AttuneError } = await import('@attune/artifact');
  if (format !== undefined) {
    throw new AttuneError('wrong-use', `--format works with a model directory; ${model} is exported as a whole.`);
  }
  await exportEmbedder(model, out);
  return (await readdir(out, { recursive: true })).sort();
}
