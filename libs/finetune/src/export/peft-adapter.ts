import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encoderParameterShapes, type HeadShape, type NamedTensor } from '@attune/artifact';
import { encoderFamily, writeSafetensors } from '../encoders';
import { isFamilyHead } from './hugging-face-config';
import { writeJson } from './model-files';
import { moduleName, peftMethod, peftPrefix, peftTensors, type PeftAdapter } from './peft-methods';
import type { EncoderSource } from './trained-head';

/**
 * Writes adapter_config.json and adapter_model.safetensors as Hugging Face PEFT does, so that `PeftModel.from_pretrained(base, folder)` on
 * the pretrained encoder gives the trained model. The family's own head is not part of the pretrained encoder and goes along whole
 * (`modules_to_save`).
 */
export async function writePeftAdapter(
  folder: string,
  encoder: EncoderSource,
  head: HeadShape | undefined,
  adapter: PeftAdapter,
  weights: ReadonlyMap<string, NamedTensor>,
): Promise<void> {
  const family = encoderFamily(encoder.config.family);
  const withHead = isFamilyHead(head);
  const layout = withHead ? 'classification' : 'base';
  const inPython = (name: string): string => family.toHuggingFaceName(name, layout);
  const { tensors, adapted } = peftTensors(adapter, inPython);
  const headNames = withHead ? [...weights.keys()].filter((name) => name.startsWith('head.')) : [];
  const prefix = peftPrefix(adapter);
  for (const name of headNames) {
    const tensor = weights.get(name);
    if (tensor !== undefined) tensors.set(`${prefix}${inPython(name)}`, tensor);
  }
  const others = [...encoderParameterShapes(encoder.config).keys(), ...headNames]
    .filter((name) => name.endsWith('.weight'))
    .map((name) => moduleName(inPython(name)))
    .filter((module) => !adapted.has(module));
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'adapter_config.json'), {
    task_type: withHead ? 'SEQ_CLS' : 'FEATURE_EXTRACTION',
    base_model_name_or_path: adapter.baseModel,
    inference_mode: true,
    ...peftMethod(adapter, { encoder: encoder.config, targetModules: shortestNames([...adapted], others), inPython }),
    modules_to_save: withHead ? [...new Set(headNames.map((name) => savedModule(inPython(name))))] : null,
  });
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors);
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
