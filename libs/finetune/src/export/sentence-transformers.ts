import { join } from 'node:path';
import { AttuneError, type HeadShape, type NamedTensor } from '@attune/artifact';
import { writeSafetensors } from '../encoders';
import { writeJson } from './model-files';

interface Module {
  folder: string;
  type: string;
}

/** How a sentence-transformers repository goes on after the encoder's states. */
export interface SentenceModules {
  hiddenSize: number;
  maxLength: number;
  pooling: 'cls' | 'mean';
  /** Whether the pooled state is divided by its length. */
  normalized: boolean;
  /** A dense layer without activation, whose outputs are the logits. */
  output?: { labels: number; weights: ReadonlyMap<string, NamedTensor> };
}

/** The modules after the encoder of a head that is not the family's own: pooling, then the output layer. */
export function headModules(
  head: HeadShape,
  hiddenSize: number,
  maxLength: number,
  weights: ReadonlyMap<string, NamedTensor>,
): SentenceModules {
  const pooling = head.pooling === 'cls' ? 'cls' : 'mean';
  const normalized = head.pooling === 'embedding';
  return { hiddenSize, maxLength, pooling, normalized, output: { labels: head.labels.length, weights } };
}

/**
 * Writes what makes a directory with a bare encoder a sentence-transformers repository: modules.json, the pooling, the normalisation
 * where there is one, and the output layer (activation: identity) where there is one. `encode()` then returns logits, or normalised embeddings.
 */
export async function writeSentenceModules(
  directory: string,
  { hiddenSize, maxLength, pooling, normalized, output }: SentenceModules,
): Promise<void> {
  const types = ['Pooling', ...(normalized ? ['Normalize'] : []), ...(output === undefined ? [] : ['Dense'])];
  const after = types.map((type, place): Module => ({ folder: `${place + 1}_${type}`, type }));
  const modules: Module[] = [{ folder: '', type: 'Transformer' }, ...after];
  await writeJson(
    join(directory, 'modules.json'),
    modules.map(({ folder, type }, idx) => ({ idx, name: String(idx), path: folder, type: `sentence_transformers.models.${type}` })),
  );
  await writeJson(join(directory, 'sentence_bert_config.json'), { max_seq_length: maxLength, do_lower_case: false });
  await writeJson(join(directory, 'config_sentence_transformers.json'), {
    prompts: {},
    default_prompt_name: null,
    similarity_fn_name: 'cosine',
  });
  await writeJson(join(directory, '1_Pooling/config.json'), {
    word_embedding_dimension: hiddenSize,
    pooling_mode_cls_token: pooling === 'cls',
    pooling_mode_mean_tokens: pooling === 'mean',
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  });
  // The normalisation has no files, and so no folder either: a directory without any would be no part of the model.
  if (output !== undefined) await writeDense(join(directory, modules.at(-1)?.folder ?? ''), hiddenSize, output);
}

async function writeDense(
  folder: string,
  hiddenSize: number,
  { labels, weights }: { labels: number; weights: ReadonlyMap<string, NamedTensor> },
): Promise<void> {
  const weight = weights.get('head.output.weight');
  const bias = weights.get('head.output.bias');
  if (weight === undefined || bias === undefined) throw new AttuneError('bad-model', 'The head has no output layer to export.');
  await writeJson(join(folder, 'config.json'), {
    in_features: hiddenSize,
    out_features: labels,
    bias: true,
    activation_function: 'torch.nn.modules.linear.Identity',
  });
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    new Map([
      ['linear.weight', weight],
      ['linear.bias', bias],
    ]),
  );
}
