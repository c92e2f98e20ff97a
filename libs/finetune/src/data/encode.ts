import {
  AttuneError,
  markEntity,
  type EntityMarkers,
  type HeadShape,
  type TaskName,
  type TokenizedText,
  type Tokenizer,
} from '@attune/artifact';
import type { EncodedExample, Example } from './example';
import { labelIndex, labelsOf } from './labels';

/** How normalised texts become tokens. */
export interface TokenizeOptions {
  tokenizer: Pick<Tokenizer, 'encode'>;
  /** Most tokens kept of a text or pair, special tokens counted. */
  maxLength: number;
  /** How a text is marked where it names its second text. */
  entityMarkers: EntityMarkers;
}

/** Tokens of an example's text or pair of texts. */
export function tokenizeExample({ text, pair }: Example, { tokenizer, maxLength, entityMarkers }: TokenizeOptions): TokenizedText {
  return tokenizer.encode(markEntity(text, pair, entityMarkers), pair, maxLength);
}

/**
 * Tokenises examples and turns their labels into targets: the label's index, a 0/1 vector over the labels, or the number.
 * An example without a label gets target NaN (0s for multi-label).
 * @throws AttuneError `bad-data` for a label that is not in `labels`.
 */
export function encodeExamples(examples: Example[], options: TokenizeOptions, labels: string[], task: TaskName): EncodedExample[] {
  const indexOf = labelIndex(labels);
  return examples.map((example, index) => {
    const encoded: EncodedExample = { ...tokenizeExample(example, options), target: NaN, index };
    encoded.target = targetOf(example, indexOf, task);
    return encoded;
  });
}

/**
 * {@link encodeExamples} for several tasks on one encoder: the targets of the heads one after the other, NaN where an example has no
 * label for a task. With one head it is the same as `encodeExamples`.
 */
export function encodeForHeads(examples: Example[], options: TokenizeOptions, heads: readonly HeadShape[]): EncodedExample[] {
  const [first] = heads;
  if (heads.length === 1) return encodeExamples(examples, options, first.labels, first.task);
  const indices = heads.map(({ labels }) => labelIndex(labels));
  return examples.map((example, index) => {
    const target = heads.flatMap((head, place) => {
      const label = place === 0 ? example.label : example.otherLabels?.[head.name ?? ''];
      const width = head.task === 'multi-label' ? head.labels.length : 1;
      if (label === undefined) return new Array<number>(width).fill(NaN);
      const own = targetOf({ ...example, label }, indices[place], head.task);
      return typeof own === 'number' ? [own] : [...own];
    });
    return { ...tokenizeExample(example, options), target: Float32Array.from(target), index };
  });
}

function targetOf(example: Example, indexOf: Map<string, number>, task: TaskName): number | Float32Array {
  if (task === 'regression') return example.label === undefined ? NaN : Number(example.label);
  const indices = labelsOf(example).map((label) => {
    const index = indexOf.get(label);
    if (index === undefined)
      throw new AttuneError('bad-data', `Row ${example.row}: the model has no label "${label}".`, {
        remedy: 'Use the labels it was trained with.',
      });
    return index;
  });
  if (task === 'classification') return indices[0] ?? NaN;
  const target = new Float32Array(indexOf.size);
  for (const index of indices) target[index] = 1;
  return target;
}
