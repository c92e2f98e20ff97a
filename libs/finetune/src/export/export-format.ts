import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AttuneError,
  EXAMPLE_VECTORS_FILE,
  EXAMPLES_FILE,
  MANIFEST_FILE,
  RANKING_FOLDER,
  readManifest,
  REFERENCE_FILE,
  resolveInside,
  TOKENIZER_FILES,
  verifyFiles,
  writeDirectoryAtomically,
  type Manifest,
} from '@attune/artifact';
import { writeCardAndManifest } from './export-head';
import { readRun } from './recorded-run';
import type { ManifestContent } from './manifest-of';
import { ADAPTER_FOLDER } from './write-adapter';

/** What `attune export` can make of a model directory. */
export type ExportFormat = 'huggingface' | 'onnx' | 'peft';

const REPORTS = ['metrics.json', 'history.json', 'head.json', REFERENCE_FILE];

/**
 * Copies a model directory, or the part of it that one kind of program needs: `huggingface` the checkpoint with its sentence-transformers
 * modules, `onnx` the ONNX files with the tokenizer, `peft` the adapter. Every file is checked against the manifest first, and the copy has
 * a manifest of its own.
 *
 * @param format all of the model when absent
 * @throws AttuneError `bad-model` when the model is damaged, `wrong-use` when it has nothing of that format.
 */
export async function exportFormat(model: string, out: string, format?: ExportFormat): Promise<Manifest> {
  const manifest = await readManifest(model);
  const chosen = chooseFiles(manifest, format);
  if (chosen.size === 0) throw nothingOf(model, manifest, format);
  await verifyFiles(model, manifest, [...chosen.keys()]);
  return writeDirectoryAtomically(out, async (staging) => {
    for (const [from, to] of chosen) {
      await mkdir(dirname(join(staging, to)), { recursive: true });
      await copyFile(await resolveInside(model, from), join(staging, to));
    }
    return writeCardAndManifest(staging, out, contentOf(manifest, format), await readRun(model, manifest));
  });
}

/** Without the ONNX files, nothing is said of their outputs and their check. */
function contentOf({ files: _files, schemaVersion: _version, ...content }: Manifest, format: ExportFormat | undefined): ManifestContent {
  if (format === undefined) return content;
  // The encoder of a ranking by itself embeds texts and ranks nothing.
  const { ranking: _ranking, ...encoder } = content;
  if (format === 'onnx') return encoder;
  const { verification: _verification, embedding, ...rest } = encoder;
  return { ...rest, onnx: {}, ...(content.tasks.length === 0 && { embedding }) };
}

/** Paths to copy, each with its path in the copy. */
function chooseFiles(manifest: Manifest, format: ExportFormat | undefined): Map<string, string> {
  const paths = Object.keys(manifest.files).filter((path) => path !== 'README.md');
  const inPlace = (wanted: (path: string) => boolean): Map<string, string> => new Map(paths.filter(wanted).map((path) => [path, path]));
  const isOnnx = (path: string): boolean => path.startsWith('onnx/');
  const isAdapter = (path: string): boolean => path.startsWith(`${ADAPTER_FOLDER}/`);
  const isTokenizer = (path: string): boolean => TOKENIZER_FILES.some((name) => name === path);
  const isReport = (path: string): boolean => REPORTS.includes(path);
  // What is given away has no training rows in it.
  const isExamples = (path: string): boolean => path === EXAMPLES_FILE || path === EXAMPLE_VECTORS_FILE;
  switch (format) {
    case undefined:
      return inPlace(() => true);
    case 'huggingface':
      return paths.includes('model.safetensors')
        ? inPlace((path) => !isOnnx(path) && !isAdapter(path) && !isExamples(path) && !path.startsWith(`${RANKING_FOLDER}/`))
        : new Map();
    case 'onnx':
      return paths.some(isOnnx)
        ? inPlace((path) => isOnnx(path) || isTokenizer(path) || isReport(path) || path === 'config.json')
        : new Map();
    case 'peft': {
      // At the top, where PEFT looks first; without a config.json there, which would make it a complete model for transformers.
      const isPeft = paths.includes(`${ADAPTER_FOLDER}/adapter_model.safetensors`);
      const ofAdapter = isPeft ? paths.filter(isAdapter) : [];
      const adapter = ofAdapter.map((path): [string, string] => [path, path.slice(ADAPTER_FOLDER.length + 1)]);
      return adapter.length === 0 ? new Map() : new Map([...adapter, ...inPlace((path) => isTokenizer(path) || isReport(path))]);
    }
  }
}

function nothingOf(model: string, { tuner }: Manifest, format: ExportFormat | undefined): AttuneError {
  if (format === 'peft') {
    const how = tuner === undefined ? 'was not trained' : `was trained with the tuner "${tuner.name}"`;
    return new AttuneError('wrong-use', `${model} ${how} and has no adapter of PEFT's.`, {
      remedy: 'Train with a tuner that PEFT has (lora, dora, ia3, prompt-tuning), or choose another format.',
    });
  }
  return new AttuneError('wrong-use', `${model} holds nothing of the format ${format ?? 'asked for'}.`, {
    remedy: `Its ${MANIFEST_FILE} lists what it holds.`,
  });
}
