import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttuneError,
  isMissing,
  MANIFEST_FILE,
  readManifest,
  resolveInside,
  textNormalizationSchema,
  TOKENIZER_FILES,
  verifyFiles,
  type Manifest,
  type ManifestTask,
  type TextNormalization,
} from '@attune/artifact';

/** The number format of a model's weights. */
export type Precision = 'fp32' | 'int8';

/** What is needed to serve a model directory. */
export interface ServableModel {
  onnxFile: string;
  tokenizerDirectory: string;
  normalization: TextNormalization;
  maxLength: number;
  tasks: ManifestTask[];
  /** Name of the ONNX output with sentence vectors. */
  embeddingOutput: string | undefined;
}

/** Where transformers.js and this project look for a model's ONNX file of each precision. */
const ONNX_FILES = { fp32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' } as const;

/** Tokens kept of a text where nothing in a directory says how many its encoder takes. */
const DEFAULT_MAX_LENGTH = 512;

/**
 * Reads a head's directory (attune.json, whose hashes of the files to be loaded are checked), or that of an embedding
 * model without a manifest: tokenizer.json and onnx/model.onnx with an output `embedding`.
 *
 * @throws AttuneError `missing-file` or `bad-model` for a directory that holds no such model, or not in that precision
 */
export async function readModelDirectory(directory: string, precision: Precision): Promise<ServableModel> {
  const hasManifest = (await readIfThere(join(directory, MANIFEST_FILE))) !== undefined;
  const hasOnnx = hasManifest || (await isThere(directory, ONNX_FILES[precision]));
  // Without a manifest and without a model, reading the manifest says best what is missing.
  return hasManifest || !hasOnnx ? readHead(directory, await readManifest(directory), precision) : readBareEncoder(directory, precision);
}

async function readHead(directory: string, manifest: Manifest, precision: Precision): Promise<ServableModel> {
  const path = manifest.onnx[precision];
  if (path === undefined) {
    const other = precision === 'int8' ? 'fp32' : 'int8';
    throw new AttuneError('bad-model', `${directory} has no ONNX file in ${precision}.`, {
      remedy: `Use --precision ${other}, or export the model again.`,
    });
  }
  await verifyFiles(directory, manifest, [path, ...TOKENIZER_FILES.filter((file) => file in manifest.files)]);
  return {
    onnxFile: await resolveInside(directory, path),
    tokenizerDirectory: directory,
    normalization: manifest.normalization,
    maxLength: manifest.maxLength,
    tasks: manifest.tasks,
    embeddingOutput: manifest.embedding?.output,
  };
}

/** Without a manifest nothing is known of any cleaning, so texts go to the tokeniser as they are, as they would in Python. */
async function readBareEncoder(directory: string, precision: Precision): Promise<ServableModel> {
  return {
    onnxFile: await resolveInside(directory, ONNX_FILES[precision]),
    tokenizerDirectory: directory,
    normalization: textNormalizationSchema.parse({ unicode: 'none', controlCharacters: false, html: false, whitespace: false }),
    maxLength: await bareMaxLength(directory),
    tasks: [],
    embeddingOutput: 'embedding',
  };
}

async function bareMaxLength(directory: string): Promise<number> {
  const sentence = await readNumber(join(directory, 'sentence_bert_config.json'), 'max_seq_length');
  const tokenizer = await readNumber(join(directory, 'tokenizer_config.json'), 'model_max_length');
  return sentence ?? tokenizer ?? DEFAULT_MAX_LENGTH;
}

/** A length that a JSON file states. Tokenizers that know no limit state one of thirty digits. */
async function readNumber(file: string, key: string): Promise<number | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = Object.entries(JSON.parse(text) as object).find(([name]) => name === key)?.[1];
    return typeof value === 'number' && value > 0 && value < 1e6 ? value : undefined;
  } catch (cause) {
    throw new AttuneError('bad-model', `${file} is not valid JSON.`, { remedy: 'Copy or export the model again.', cause });
  }
}

async function isThere(directory: string, path: string): Promise<boolean> {
  return resolveInside(directory, path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
