import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AttuneError, isSafeRelativePath, readSafetensors, type NamedTensor } from '@attune/artifact';
import { z } from 'zod';

/** The tensors of a checkpoint and what identifies it. */
export interface Checkpoint {
  /** By the names that `rename` gave them. */
  tensors: Map<string, NamedTensor>;
  /** Some of the names in the checkpoint that `rename` did not keep, for messages. */
  otherNames: string[];
  /** SHA-256 of the file; of the shards' hashes, in their names' order, where there are several. */
  hash: string;
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
const modulesSchema = z.array(z.object({ type: z.string(), path: z.string() }));

/** Reads and parses a JSON file. */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new AttuneError('missing-file', `${file}: cannot be read`, {
      remedy: 'Check that the file exists and is readable.',
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AttuneError('bad-model', `${file}: is not valid JSON`, { remedy: 'Fetch the file again.', cause: error });
  }
}

async function shardsOf(indexFile: string): Promise<string[]> {
  const parsed = indexSchema.safeParse(await readJson(indexFile));
  if (!parsed.success) throw new AttuneError('bad-model', `${indexFile}: has no "weight_map" from names to files`);
  const shards = [...new Set(Object.values(parsed.data.weight_map))].sort();
  const outside = shards.find((shard) => basename(shard) !== shard || shard === '..');
  if (outside !== undefined) throw new AttuneError('bad-model', `${indexFile}: names "${outside}", which is not a file beside it`);
  return shards;
}

async function weightFiles(directory: string): Promise<string[]> {
  const single = join(directory, 'model.safetensors');
  if (existsSync(single)) return [single];
  const index = join(directory, 'model.safetensors.index.json');
  if (existsSync(index)) return (await shardsOf(index)).map((shard) => join(directory, shard));
  if (existsSync(join(directory, 'pytorch_model.bin')) || existsSync(join(directory, 'pytorch_model.bin.index.json'))) {
    throw new AttuneError(
      'bad-model',
      `${directory}: has its weights only as pytorch_model.bin, a pickle, which can execute code and is not read`,
      {
        remedy: 'Convert it once in Python: AutoModel.from_pretrained(dir).save_pretrained(dir, safe_serialization=True).',
      },
    );
  }
  throw new AttuneError('missing-file', `${directory}: there is no model.safetensors`, {
    remedy: existsSync(join(directory, 'adapter'))
      ? 'Its tuner could not be merged into the weights. Give the pretrained encoder that it was trained from, or one tuned otherwise.'
      : 'Give a folder with config.json, model.safetensors and tokenizer.json.',
  });
}

/**
 * Reads model.safetensors, or the shards that model.safetensors.index.json names.
 *
 * @param rename Name under which a tensor is kept; undefined for those not wanted.
 * @throws AttuneError `missing-file`, `bad-model`.
 */
export async function readCheckpoint(directory: string, rename: (name: string) => string | undefined): Promise<Checkpoint> {
  const tensors = new Map<string, NamedTensor>();
  const otherNames: string[] = [];
  const hashes: string[] = [];
  for (const file of await weightFiles(directory)) {
    const content = await readSafetensors(file, (name) => rename(name) !== undefined);
    for (const name of content.names) {
      const kept = rename(name);
      const tensor = content.tensors.get(name);
      if (kept === undefined || tensor === undefined) otherNames.push(name);
      else if (tensors.has(kept))
        throw new AttuneError('bad-model', `${file}: holds the parameter "${kept}" twice, the second time as "${name}"`);
      else tensors.set(kept, tensor);
    }
    hashes.push(content.sha256);
  }
  const hash = hashes.length === 1 ? hashes[0] : createHash('sha256').update(hashes.join('\n')).digest('hex');
  return { tensors, otherNames, hash };
}

/**
 * The output layer of a sentence-transformers repository, which stands in the folder of its last Dense module, as
 * `head.output.weight` and `head.output.bias`; empty where there is none.
 */
export async function readDenseModule(directory: string): Promise<Map<string, NamedTensor>> {
  const output = new Map<string, NamedTensor>();
  const modulesFile = join(directory, 'modules.json');
  if (!existsSync(modulesFile)) return output;
  const parsed = modulesSchema.safeParse(await readJson(modulesFile));
  if (!parsed.success) throw new AttuneError('bad-model', `${modulesFile}: is not a list of modules with "type" and "path"`);
  const dense = parsed.data.findLast((module) => module.type.endsWith('Dense'));
  if (dense === undefined) return output;
  if (!isSafeRelativePath(dense.path)) {
    throw new AttuneError('bad-model', `${modulesFile}: the path "${dense.path}" leaves the model's folder`);
  }
  const { tensors } = await readSafetensors(join(directory, dense.path, 'model.safetensors'));
  for (const kind of ['weight', 'bias']) {
    const tensor = tensors.get(`linear.${kind}`);
    if (tensor !== undefined) output.set(`head.output.${kind}`, tensor);
  }
  return output;
}
