import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AttuneError, headPrefix, isMissing, paddingToken, TOKENIZER_FILES, type HeadShape, type NamedTensor } from '@attune/artifact';
import { encoderFamily, inCheckpoint, writeSafetensors } from '../encoders';
import { huggingFaceConfig, isFamilyHead, isModularHead } from './hugging-face-config';
import type { EncoderSource, TrainedHead } from './trained-head';

/** Writes a JSON file as people read it, with its folder. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Writes config.json and model.safetensors, under the names that Python `transformers` knows: with the family's own head as
 * `…ForSequenceClassification`, else the bare encoder.
 */
export async function writeCheckpoint(
  directory: string,
  encoder: EncoderSource,
  head: HeadShape | undefined,
  weights: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  const family = encoderFamily(encoder.config.family);
  const layout = isFamilyHead(head) ? 'classification' : 'base';
  const tensors = new Map<string, NamedTensor>();
  for (const [name, tensor] of weights) {
    // A pretrained pooler stays with a bare encoder where the family's bare encoder has one.
    const belongs = !name.startsWith('heads.') && (layout === 'classification' || !name.startsWith('head.'));
    const isBasePooler = name.startsWith('head.dense.') && family.toHuggingFaceName(name, 'base').startsWith('pooler.');
    if (!belongs && !isBasePooler) continue;
    tensors.set(...inCheckpoint(family, name, tensor, layout));
  }
  await writeEncoderConfig(directory, encoder, head);
  await writeSafetensors(join(directory, 'model.safetensors'), tensors);
}

/** Writes config.json alone, which programs that read ONNX look at. */
export async function writeEncoderConfig(directory: string, encoder: EncoderSource, head: HeadShape | undefined): Promise<void> {
  await writeJson(join(directory, 'config.json'), huggingFaceConfig(encoder, head));
}

/** Folder of the heads' weights, a file a task, where a model has several. */
export const HEADS_FOLDER = 'heads';

/**
 * Writes `heads/<task>.safetensors` for each of several tasks, and for a head that is not the family's own where no checkpoint with modules
 * after it holds it: `dense.weight` and `dense.bias` where its head has a dense layer, then
 * `output.weight` and `output.bias`. The first task's head stands in the checkpoint, too.
 */
export async function writeHeads(directory: string, { encoder, head, further = [], weights }: TrainedHead): Promise<void> {
  const isElsewhere = isFamilyHead(head) || (encoder.config.additions === undefined && (head.cloze !== undefined || isModularHead(head)));
  if (further.length === 0 && isElsewhere) return;
  await mkdir(join(directory, HEADS_FOLDER), { recursive: true });
  for (const [place, shape] of [head, ...further.map((task) => task.head)].entries()) {
    const prefix = `${headPrefix(shape, place)}.`;
    const own = [...weights]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
    await writeSafetensors(join(directory, HEADS_FOLDER, `${shape.name ?? 'head'}.safetensors`), new Map(own));
  }
}

/**
 * Copies a tokenizer's files. The configuration gets the head's maximum length, so that `truncation=True` cuts in Python where
 * training cut, and the padding token that stood in for one of its own, so that `padding=True` pads.
 *
 * @throws AttuneError `missing-file` where there is no tokenizer.json.
 */
export async function copyTokenizer(from: string, to: string, maxLength: number): Promise<void> {
  for (const name of TOKENIZER_FILES) {
    if (name === 'tokenizer_config.json') continue;
    try {
      await copyFile(join(from, name), join(to, name));
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      if (name === 'tokenizer.json') throw new AttuneError('missing-file', `${join(from, name)} is missing.`, { cause });
    }
  }
  const config = await readFile(join(from, 'tokenizer_config.json'), 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return '{}';
    throw cause;
  });
  const parsed: unknown = JSON.parse(config);
  await writeJson(join(to, 'tokenizer_config.json'), {
    ...(typeof parsed === 'object' ? parsed : {}),
    ...(await paddingToken(from)),
    model_max_length: maxLength,
  });
}
