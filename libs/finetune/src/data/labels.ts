import { AttuneError, type TaskName } from '@attune/artifact';
import type { Example } from './example';

/** Examples together with the file they came from, for messages. */
export interface ExamplesOfFile {
  path: string;
  examples: Example[];
}

/** The labels of an example as a list: one for classification, any number for multi-label, none for regression. */
export function labelsOf(example: Example): string[] {
  if (typeof example.label === 'string') return [example.label];
  return Array.isArray(example.label) ? example.label : [];
}

/**
 * The examples that have a label for a further task, with it in the place of the first task's; the first task's own for no name.
 */
export function examplesOfTask(examples: readonly Example[], name: string | undefined): Example[] {
  if (name === undefined) return examples.filter(({ label }) => label !== undefined);
  return examples.flatMap((example) => {
    const label = example.otherLabels?.[name];
    return label === undefined ? [] : [{ ...example, label }];
  });
}

/** By number where all labels are integers (0, 1, 2, … 10), else by code unit: the same on every machine. */
function sortLabels(labels: string[]): string[] {
  const areIntegers = labels.every((label) => /^-?\d{1,15}$/.test(label));
  return areIntegers ? labels.sort((a, b) => Number(a) - Number(b)) : labels.sort();
}

/** The labels that examples have, in the order of outputs. */
export function labelsIn(examples: readonly Example[]): string[] {
  return sortLabels([...new Set(examples.flatMap(labelsOf))]);
}

/**
 * The label list of a training file, in the order of the head's outputs. For regression it is the name given.
 * @throws AttuneError `bad-data` where there is nothing to learn: one class only, no label at all, or one constant number.
 */
export function collectLabels({ path, examples }: ExamplesOfFile, task: TaskName, regressionName: string): string[] {
  if (task === 'regression') {
    if (new Set(examples.map((example) => example.label)).size < 2) {
      throw new AttuneError('bad-data', `${path}: every row has the same number, ${String(examples[0].label)}.`, {
        remedy: 'A regression needs values that differ.',
      });
    }
    return [regressionName];
  }
  const labels = labelsIn(examples);
  if (task === 'multi-label' && labels.length === 0) {
    throw new AttuneError('bad-data', `${path}: no row has a label.`, { remedy: 'Check the label column and data.labelSeparator.' });
  }
  if (task === 'classification' && labels.length < 2) {
    throw new AttuneError('bad-data', `${path}: every row has the label "${labels[0]}".`, {
      remedy: 'A classifier needs rows of at least two classes.',
    });
  }
  return labels;
}

/** Position of each label in the head's outputs. */
export function labelIndex(labels: string[]): Map<string, number> {
  return new Map(labels.map((label, index) => [label, index]));
}

/**
 * Checks that a file holds no label that training does not know.
 *
 * @param where where the labels that it does know stand, for the message
 * @throws AttuneError `bad-data` naming file, row and label, and how many rows have such labels.
 */
export function checkKnownLabels(
  { path, examples }: ExamplesOfFile,
  labels: readonly string[],
  task: TaskName,
  where = 'the training data',
): void {
  if (task === 'regression') return;
  const known = new Set(labels);
  const unknown = examples.flatMap((example) =>
    labelsOf(example)
      .filter((label) => !known.has(label))
      .map((label) => ({ label, row: example.row })),
  );
  if (unknown.length === 0) return;
  const { label, row } = unknown[0];
  const kinds = new Set(unknown.map((one) => one.label)).size;
  const more = unknown.length > 1 ? ` (${unknown.length} such rows, ${kinds} unknown label${kinds === 1 ? '' : 's'})` : '';
  throw new AttuneError('bad-data', `${path}, row ${row}: the label "${label}" does not occur in ${where}${more}.`, {
    remedy: 'Correct the label, add training rows for it, or remove these rows.',
  });
}
