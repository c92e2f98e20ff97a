import type { HeadShape, TaskName } from '@attune/artifact';
import { encoderFamily, type SourceConfig } from '../encoders';
import type { EncoderSource } from './trained-head';

const PROBLEM_TYPES: Record<TaskName, string> = {
  classification: 'single_label_classification',
  'multi-label': 'multi_label_classification',
  regression: 'regression',
};

/** Keys of the pretrained config.json that say where or by what it was written, or what the tensors are now no more. */
const DROPPED_KEYS = [
  '_name_or_path',
  'transformers_version',
  'torch_dtype',
  'dtype',
  'id2label',
  'label2id',
  'num_labels',
  'problem_type',
  'auto_map',
];

/** Whether the head is the family's own, which `…ForSequenceClassification` holds; others live in a sentence-transformers repository. */
export function isFamilyHead(head: HeadShape | undefined): boolean {
  return head?.pooling === 'pooler';
}

/** Whether modules of sentence-transformers hold the head: it is not the family's own, and reads all tokens or the first. */
export function isModularHead(head: HeadShape): boolean {
  return !isFamilyHead(head) && head.pooling !== 'pair' && head.cloze === undefined;
}

/**
 * config.json for Python `transformers`: the pretrained one with the class that loads the checkpoint, the labels and the kind of problem.
 * A causal encoder's head is found by the padding id, which is named even where it was not. The weights are float32, and the configuration says so, lest the loader rounds them to the pretrained checkpoint's type.
 */
export function huggingFaceConfig(encoder: EncoderSource, head: HeadShape | undefined): SourceConfig {
  const family = encoderFamily(encoder.config.family);
  const kept = Object.fromEntries(Object.entries(encoder.sourceConfig).filter(([key]) => !DROPPED_KEYS.includes(key)));
  const labels = head?.labels ?? [];
  return {
    ...kept,
    architectures: [isFamilyHead(head) ? family.classificationArchitecture : family.baseArchitecture],
    ...(encoder.config.causal && { pad_token_id: encoder.config.padTokenId }),
    dtype: 'float32',
    torch_dtype: 'float32',
    ...(head !== undefined && {
      problem_type: PROBLEM_TYPES[head.task],
      id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    }),
  };
}
