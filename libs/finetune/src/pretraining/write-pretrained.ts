import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDirectoryAtomically, type NamedTensor } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { PretrainingConfig } from '../config/pretraining-config';
import { encoderFamily, inCheckpoint, writeSafetensors, type LoadedEncoder } from '../encoders';
import { huggingFaceConfig } from '../export/hugging-face-config';
import { copyTokenizer, writeJson } from '../export/model-files';
import type { TrainingHistory } from '../training/events';
import type { PretrainingResult, PretrainOptions } from './pretrain';
import { pretrainedCard } from './pretrained-card';

export interface PretrainedEncoder {
  encoder: LoadedEncoder;
  /** With the masked-language-model head (`mlm…`); a causal encoder has none beside its word table. */
  weights: ReadonlyMap<string, NamedTensor>;
  history: TrainingHistory;
  /** SHA-256 over the texts' files. */
  textHash: string;
  settings: PretrainingConfig;
  config: Pick<HeadConfig, 'seed' | 'normalization'>;
  options: Pick<PretrainOptions, 'out' | 'createdBy'>;
  result: PretrainingResult;
}

/**
 * Writes a directory as `save_pretrained` of Python's `…ForMaskedLM` or `GPT2LMHeadModel` does, its tokenizer, the course of the training and a model card: the whole
 * of it or nothing.
 *
 * @throws AttuneError `wrong-use` where something stands there, `disk-full`
 */
export async function writePretrained(pretrained: PretrainedEncoder): Promise<void> {
  const { encoder, weights, history, options, settings } = pretrained;
  const family = encoderFamily(encoder.config.family);
  // A pretrained pooler stays, for heads that are trained from here, where the family keeps one in such checkpoints.
  const belongs = (name: string): boolean => !name.startsWith('head.') || family.toHuggingFaceName(name, 'base').startsWith('pooler.');
  const tensors = new Map([...weights].filter(([name]) => belongs(name)).map(([name, tensor]) => inCheckpoint(family, name, tensor)));
  await writeDirectoryAtomically(options.out, async (directory) => {
    await writeSafetensors(join(directory, 'model.safetensors'), tensors);
    await writeJson(join(directory, 'config.json'), {
      ...huggingFaceConfig(encoder, undefined),
      architectures: [family.maskedLmArchitecture],
    });
    await copyTokenizer(encoder.directory, directory, settings.maxLength);
    await writeJson(join(directory, 'metrics.json'), metricsOf(pretrained));
    await writeJson(join(directory, 'history.json'), history);
    await writeFile(join(directory, 'README.md'), pretrainedCard(pretrained));
  });
}

/** The figures of a run, and what it was given. */
function metricsOf({ encoder, textHash, settings, config, result }: PretrainedEncoder): object {
  const { directory: _, ...figures } = result;
  return { ...figures, encoder: { id: encoder.id, sha256: encoder.hash }, data: { sha256: textHash }, seed: config.seed, settings };
}
