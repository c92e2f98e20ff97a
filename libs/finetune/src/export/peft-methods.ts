import { AttuneError, type EncoderConfig, type NamedTensor } from '@attune/artifact';
import type { BottleneckAdapter, LowRankAdapter, PromptAdapter, ScalingAdapter, TrainedAdapter } from './trained-head';

/** Adapters of methods that Hugging Face PEFT has. */
export type PeftAdapter = Exclude<TrainedAdapter, BottleneckAdapter>;

/** What the description of a method's adapter is made from. */
interface MethodContext {
  encoder: EncoderConfig;
  /** Ends of names that select the adapted modules. */
  targetModules: string[];
  /** Name of a parameter in Python by that in memory. */
  inPython: (name: string) => string;
}

/** The keys of adapter_config.json that are the method's own. */
export function peftMethod(adapter: PeftAdapter, context: MethodContext): Record<string, unknown> {
  switch (adapter.method) {
    case 'lora':
    case 'dora':
      return lowRank(adapter, context);
    case 'ia3':
      return scaling(adapter, context);
    case 'prompt-tuning':
      return prompt(adapter, context);
  }
}

/** Whether the dense layers are GPT-2's `Conv1D`, whose weights are `[in, out]`. */
function isConv1d({ causal }: EncoderConfig): boolean {
  return causal === true;
}

function lowRank({ method, rank, alpha, dropout }: LowRankAdapter, { encoder, targetModules }: MethodContext): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    bias: 'none',
    fan_in_fan_out: isConv1d(encoder),
    ...(method === 'dora' && { use_dora: true }),
    target_modules: targetModules,
  };
}

/** The feed-forward's modules are named as they are among the targets: PEFT wants the one list within the other. */
function scaling({ feedForward }: ScalingAdapter, { encoder, targetModules, inPython }: MethodContext): Record<string, unknown> {
  const modules = feedForward.map((name) => moduleName(inPython(`${name}.weight`)));
  const isFeedForward = (end: string): boolean => modules.some((module) => module === end || module.endsWith(`.${end}`));
  return {
    peft_type: 'IA3',
    fan_in_fan_out: isConv1d(encoder),
    init_ia3_weights: true,
    target_modules: targetModules,
    feedforward_modules: targetModules.filter(isFeedForward),
  };
}

/** What an encoder made of its embeddings is all that is left of it; PEFT's P_TUNING, in inference mode, reads it so. */
function prompt({ tokens, encoderSize }: PromptAdapter, { encoder }: MethodContext): Record<string, unknown> {
  const shape = {
    num_virtual_tokens: tokens,
    token_dim: encoder.hiddenSize,
    num_transformer_submodules: 1,
    num_attention_heads: encoder.attentionHeads,
    num_layers: encoder.layers,
  };
  if (encoderSize === undefined) return { peft_type: 'PROMPT_TUNING', ...shape, prompt_tuning_init: 'RANDOM' };
  return { peft_type: 'P_TUNING', ...shape, encoder_reparameterization_type: 'MLP', encoder_hidden_size: encoderSize };
}

/** What stands before the names of the model's own modules in adapter_model.safetensors: prompts leave the modules as they are. */
export function peftPrefix({ method }: PeftAdapter): string {
  return method === 'prompt-tuning' ? 'base_model.' : 'base_model.model.';
}

/** The adapter's tensors by their names in adapter_model.safetensors, and the modules of the encoder that they are about. */
export function peftTensors(
  adapter: PeftAdapter,
  inPython: (name: string) => string,
): { tensors: Map<string, NamedTensor>; adapted: Set<string> } {
  const tensors = new Map<string, NamedTensor>();
  const adapted = new Set<string>();
  for (const [name, tensor] of adapter.weights) {
    if (name === 'prompt.embeddings') {
      tensors.set('prompt_embeddings', tensor);
      continue;
    }
    const match = /^(.+)\.(lora_[AB]\.weight|lora_magnitude_vector|ia3_l)$/.exec(name);
    if (match === null) throw new AttuneError('bad-model', `The adapter holds "${name}", which is no part of its method.`);
    const [, layer, part] = match;
    const module = moduleName(inPython(`${layer}.weight`));
    adapted.add(module);
    tensors.set(`${peftPrefix(adapter)}${module}.${part}`, { shape: peftShape(adapter, layer, tensor), values: tensor.values });
  }
  return { tensors, adapted };
}

/** PEFT keeps factors of outputs as a column, and of inputs as a row. */
function peftShape(adapter: PeftAdapter, layer: string, { shape }: NamedTensor): number[] {
  if (adapter.method !== 'ia3') return shape;
  return adapter.feedForward.includes(layer) ? [1, ...shape] : [...shape, 1];
}

/** The module that a parameter belongs to. */
export function moduleName(parameter: string): string {
  return parameter.replace(/\.(weight|bias)$/, '');
}
