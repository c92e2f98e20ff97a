import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, encoderParameterShapes, type HeadShape, type NamedTensor } from '@attune/artifact';
import { encoderFamily, writeSafetensors } from '../encoders';
import { isFamilyHead } from './hugging-face-config';
import { writeJson } from './model-files';
import type { EncoderSource, TrainedAdapter } from './trained-head';

/**
 * Folder of the adapter in a model directory. Not the directory itself: `transformers` applies an adapter_config.json that it finds beside
 * a model.safetensors, and the update would count twice, since the weights there are merged.
 */
export const ADAPTER_FOLDER = 'adapter';

/**
 * Writes adapter_config.json and adapter_model.safetensors as Hugging Face PEFT does, so that `PeftModel.from_pretrained(base, folder)` on
 * the pretrained encoder gives the trained model. The family's own head is not part of the pretrained encoder and goes along whole
 * (`modules_to_save`).
 */
export async function writePeftAdapter(
  folder: string,
  encoder: EncoderSource,
  head: HeadShape | undefined,
  adapter: TrainedAdapter,
  weights: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  const family = encoderFamily(encoder.config.family);
  const withHead = isFamilyHead(head);
  const layout = withHead ? 'classification' : 'base';
  const inPython = (name: string): string => family.toHuggingFaceName(name, layout);

  const tensors = new Map<string, NamedTensor>();
  const adapted = new Set<string>();
  for (const [name, tensor] of adapter.weights) {
    const match = /^(.+)\.(lora_[AB])\.weight$/.exec(name);
    if (match === null) throw new AttuneError('bad-model', `The adapter holds "${name}", which is no low-rank matrix.`);
    const module = moduleName(inPython(`${match[1]}.weight`));
    adapted.add(module);
    tensors.set(`base_model.model.${module}.${match[2]}.weight`, tensor);
  }
  const headNames = withHead ? [...weights.keys()].filter((name) => name.startsWith('head.')) : [];
  for (const name of headNames) {
    const tensor = weights.get(name);
    if (tensor !== undefined) tensors.set(`base_model.model.${inPython(name)}`, tensor);
  }

  const others = [...encoderParameterShapes(encoder.config).keys(), ...headNames]
    .filter((name) => name.endsWith('.weight'))
    .map((name) => moduleName(inPython(name)))
    .filter((module) => !adapted.has(module));
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'adapter_config.json'), {
    peft_type: 'LORA',
    task_type: withHead ? 'SEQ_CLS' : 'FEATURE_EXTRACTION',
    base_model_name_or_path: adapter.baseModel,
    inference_mode: true,
    r: adapter.rank,
    lora_alpha: adapter.alpha,
    lora_dropout: adapter.dropout,
    bias: 'none',
    fan_in_fan_out: false,
    target_modules: shortestNames([...adapted], others),
    modules_to_save: withHead ? [...new Set(headNames.map((name) => savedModule(inPython(name))))] : null,
  });
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors);
}

function moduleName(parameter: string): string {
  return parameter.replace(/\.(weight|bias)$/, '');
}

/** The attribute of the model that holds a parameter of the head: `pooler`, `classifier`, `pre_classifier`. */
function savedModule(parameter: string): string {
  const parts = parameter.split('.');
  return parts.find((part) => part === 'pooler' || part.endsWith('classifier')) ?? parts[0];
}

/**
 * Ends of names that select these modules and no others, as PEFT matches them; whole names where no common ends do.
 */
function shortestNames(modules: string[], others: string[]): string[] {
  for (const parts of [1, 2, 3]) {
    const ends = [...new Set(modules.map((module) => module.split('.').slice(-parts).join('.')))];
    if (!others.some((other) => ends.some((end) => other === end || other.endsWith(`.${end}`)))) return ends.sort();
  }
  return modules.sort();
}
