import { AttuneError, type TaskName, type Tokenizer } from '@attune/artifact';
import type { EncodedExample, Example } from './example';
import { labelIndex, labelsOf } from './labels';

/**
 * Tokenises examples and turns their labels into targets: the label's index, a 0/1 vector over the labels, or the number.
 * An example without a label gets target NaN (0s for multi-label).
 * @param maxLength Most tokens kept of a text or pair, special tokens counted.
 * @throws AttuneError `bad-data` for a label that is not in `labels`.
 */
export function encodeExamples(
  examples: Example[],
  tokenizer: Pick<Tokenizer, 'encode'>,
  labels: string[],
  task: TaskName,
  maxLength: number,
): EncodedExample[] {
  const indexOf = labelIndex(labels);
  return examples.map((example, index) => {
    const encoded: EncodedExample = { ...tokenizer.encode(example.text, example.pair, maxLength), target: NaN, index };
    encoded.target = targetOf(example, indexOf, task);
    return encoded;
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
