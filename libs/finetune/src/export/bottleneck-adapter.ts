import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeadShape, NamedTensor } from '@attune/artifact';
import { encoderFamily, writeSafetensors } from '../encoders';
import { isFamilyHead } from './hugging-face-config';
import { writeJson } from './model-files';
import type { BottleneckAdapter, EncoderSource } from './trained-head';

/** Name of the adapter within its files. */
const NAME = 'attune';

/** What is handed over beside the encoder. */
interface TrainedBottleneck {
  head: HeadShape | undefined;
  adapter: BottleneckAdapter;
  weights: ReadonlyMap<string, NamedTensor>;
}

/**
 * Writes bottleneck adapters, which PEFT does not have, with the files, keys and names of AdapterHub's `adapters` library (its
 * configuration `houlsby`): adapter_config.json, adapter.safetensors, and model_head.safetensors with the family's own head under the
 * names of Python `transformers`. The tensors of an adapter, for BERT under `bert.encoder.layer.<n>.attention.output` and
 * `bert.encoder.layer.<n>.output`: `….adapters.attune.adapter_down.0.weight` `[size, hidden]`, `….adapter_down.0.bias`,
 * `….adapter_up.weight` `[hidden, size]`, `….adapter_up.bias`.
 */
export async function writeBottleneckAdapter(
  folder: string,
  encoder: EncoderSource,
  { head, adapter, weights }: TrainedBottleneck,
): Promise<void> {
  const family = encoderFamily(encoder.config.family);
  const layout = isFamilyHead(head) ? 'classification' : 'base';
  const inPython = (name: string): string => family.toHuggingFaceName(name, layout);
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'adapter_config.json'), {
    config: {
      architecture: 'bottleneck',
      mh_adapter: true,
      output_adapter: true,
      original_ln_before: false,
      original_ln_after: true,
      residual_before_ln: true,
      adapter_residual_before_ln: false,
      ln_before: false,
      ln_after: false,
      non_linearity: adapter.activation,
      reduction_factor: adapter.reductionFactor,
    },
    hidden_size: encoder.config.hiddenSize,
    model_class: layout === 'classification' ? family.classificationArchitecture : family.baseArchitecture,
    model_name: adapter.baseModel,
    base_model_name_or_path: adapter.baseModel,
    model_type: encoder.config.family,
    name: NAME,
  });
  const tensors = [...adapter.weights].map(([name, tensor]) => [adapterName(name, inPython), tensor] as const);
  await writeSafetensors(join(folder, 'adapter.safetensors'), new Map(tensors));
  if (layout === 'base') return;
  const own = [...weights].filter(([name]) => name.startsWith('head.')).map(([name, tensor]) => [inPython(name), tensor] as const);
  await writeSafetensors(join(folder, 'model_head.safetensors'), new Map(own));
}

const PARTS: Record<string, string> = { down: 'adapter_down.0', up: 'adapter_up' };

/** The name of an adapter's tensor beside the dense layer that it follows. */
function adapterName(name: string, inPython: (name: string) => string): string {
  const [, branch = '', part = '', kind = ''] = /^(.+)\.adapter\.(down|up)\.(weight|bias)$/.exec(name) ?? [];
  const dense = inPython(`${branch}.dense.weight`);
  // DistilBERT's blocks hold their adapters themselves.
  const place = dense
    .replace(/\.attention\.out_lin\.weight$/, '.attention_adapters')
    .replace(/\.ffn\.lin2\.weight$/, '.output_adapters')
    .replace(/\.dense\.weight$/, '');
  return `${place}.adapters.${NAME}.${PARTS[part]}.${kind}`;
}
