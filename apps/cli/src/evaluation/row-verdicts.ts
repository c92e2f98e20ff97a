import type { Interpretation, ManifestTask } from '@attune/artifact';
import type { Example } from '@attune/finetune';

/** What a classification says of a labelled row. */
export interface RowVerdict {
  /** Row in its file, from 1. */
  row: number;
  text: string;
  pair?: string;
  label: string;
  predicted: string;
  /** Of what is predicted, calibrated. */
  probability: number;
}

/** Two labels that are taken for each other. */
export interface Confusion {
  label: string;
  predicted: string;
  rows: number;
}

/** What a head says of each row. */
export function verdictsOf(
  interpret: (task: ManifestTask, logits: Float32Array) => Interpretation,
  task: ManifestTask,
  examples: readonly Example[],
  logitsOf: (example: Example) => Float32Array,
): RowVerdict[] {
  return examples.flatMap((example) => {
    const said = interpret(task, logitsOf(example));
    if (said.type !== 'classification') return [];
    const { row, text, pair } = example;
    const { label: predicted, probability } = said;
    return [{ row, text, ...(pair !== undefined && { pair }), label: String(example.label), predicted, probability }];
  });
}

/** The rows that are wrong, the surest first: these are mistakes of the head, or of whoever labelled them. */
export function errorsOf(verdicts: readonly RowVerdict[]): RowVerdict[] {
  return verdicts.filter(({ label, predicted }) => label !== predicted).sort((a, b) => b.probability - a.probability || a.row - b.row);
}

/** Which labels are taken for which, the most frequent first. */
export function confusionsOf(verdicts: readonly RowVerdict[]): Confusion[] {
  const counts = new Map<string, Confusion>();
  for (const { label, predicted } of errorsOf(verdicts)) {
    const key = JSON.stringify([label, predicted]);
    const known = counts.get(key) ?? { label, predicted, rows: 0 };
    known.rows++;
    counts.set(key, known);
  }
  return [...counts.values()].sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1));
}

/** What another version says of a row, beside what this one says. */
export interface ChangedRow extends RowVerdict {
  before: string;
}

/** How the rows changed from one version to another. */
export interface Changes {
  /** Wrong before, right now. */
  fixed: ChangedRow[];
  /** Right before, wrong now. */
  broken: ChangedRow[];
  /** Wrong before and now, in another way. */
  otherwiseWrong: ChangedRow[];
}

/** Compares the verdicts of two versions on the same rows. */
export function changesBetween(before: readonly RowVerdict[], now: readonly RowVerdict[]): Changes {
  const former = new Map(before.map(({ row, predicted }) => [row, predicted]));
  const changed = now.flatMap((verdict): ChangedRow[] => {
    const predicted = former.get(verdict.row);
    return predicted === undefined || predicted === verdict.predicted ? [] : [{ ...verdict, before: predicted }];
  });
  return {
    fixed: changed.filter(({ label, predicted }) => label === predicted),
    broken: changed.filter(({ label, before: predicted }) => label === predicted),
    otherwiseWrong: changed.filter(({ label, predicted, before: other }) => label !== predicted && label !== other),
  };
}
