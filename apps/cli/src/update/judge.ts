import type { ManifestTask } from '@attune/artifact';
import type { Example } from '@attune/finetune';
import type { Prediction, Predictor } from '@attune/inference';

/** How good a task is on labelled rows, whatever labels its head knows: two versions are compared on the same rows. */
export interface Judgement {
  rows: number;
  /** Macro F1 of a classification, micro F1 of several labels, and minus the root of the mean squared error of a regression: more is better. */
  score: number;
  /** F1 and rows of each label that occurs; none of a regression. */
  classes: Record<string, { f1: number; support: number }>;
  /** classification: mean distance of the likeliest label's probability from how often it is right, in ten bins (Naeini et al. 2015). */
  calibrationError?: number;
}

/** What a head says about a row, and what is right. */
interface JudgedRow {
  said: Prediction;
  right: Example['label'];
}

const CHUNK_ROWS = 512;
const BINS = 10;

/** Judgements of the tasks of a head, by name, on the rows that have a label for them. */
export async function judge(
  predictor: Predictor,
  rowsOfTasks: Readonly<Record<string, readonly Example[]>>,
  signal: AbortSignal,
): Promise<Record<string, Judgement>> {
  const judgements: Record<string, Judgement> = {};
  for (const task of predictor.tasks) {
    const rows = rowsOfTasks[task.name] ?? [];
    if (rows.length === 0) continue;
    const judged: JudgedRow[] = [];
    for (let start = 0; start < rows.length; start += CHUNK_ROWS) {
      signal.throwIfAborted();
      const chunk = rows.slice(start, start + CHUNK_ROWS);
      const predictions = await predictor.predict(
        chunk.map(({ text, pair }) => ({ text, ...(pair !== undefined && { pair }) })),
        task.name,
        {
          bulk: true,
        },
      );
      judged.push(...predictions.map((said, index) => ({ said, right: chunk[index].label })));
    }
    judgements[task.name] = judgementOf(task, judged);
  }
  return judgements;
}

/** What the predictions of a task on some rows come to. */
export function judgementOf({ type }: Pick<ManifestTask, 'type'>, rows: readonly JudgedRow[]): Judgement {
  if (type === 'regression') {
    const squares = rows.reduce((sum, { said, right }) => sum + ((said.value ?? NaN) - Number(right)) ** 2, 0);
    return { rows: rows.length, score: -Math.sqrt(squares / rows.length), classes: {} };
  }
  const sets = rows.map(({ said, right }) => ({ said: labelsSaid(said), right: labelsRight(right) }));
  const classes = f1OfLabels(sets);
  if (type === 'multi-label') return { rows: rows.length, score: microF1(sets), classes };
  const score = Object.values(classes).reduce((sum, { f1 }) => sum + f1, 0) / Object.keys(classes).length;
  return { rows: rows.length, score, classes, calibrationError: calibrationError(rows) };
}

function labelsSaid({ label, labels }: Prediction): readonly string[] {
  return labels ?? (label === undefined ? [] : [label]);
}

function labelsRight(label: Example['label']): readonly string[] {
  if (label === undefined) return [];
  return Array.isArray(label) ? label : [String(label)];
}

type LabelSets = readonly { said: readonly string[]; right: readonly string[] }[];

/** Of the labels that occur in the rows; one that is only said counts against those for which it was said. */
function f1OfLabels(rows: LabelSets): Judgement['classes'] {
  const counts = new Map<string, { right: number; said: number; both: number }>();
  const of = (label: string) => {
    const count = counts.get(label) ?? { right: 0, said: 0, both: 0 };
    counts.set(label, count);
    return count;
  };
  for (const { said, right } of rows) {
    for (const label of right) of(label).right++;
    for (const label of said) {
      of(label).said++;
      if (right.includes(label)) of(label).both++;
    }
  }
  return Object.fromEntries(
    [...counts]
      .filter(([, { right }]) => right > 0)
      .map(([label, { right, said, both }]) => [label, { f1: (2 * both) / (right + said), support: right }]),
  );
}

function microF1(rows: LabelSets): number {
  const both = rows.reduce((sum, { said, right }) => sum + said.filter((label) => right.includes(label)).length, 0);
  const all = rows.reduce((sum, { said, right }) => sum + said.length + right.length, 0);
  return all === 0 ? 1 : (2 * both) / all;
}

function calibrationError(rows: readonly JudgedRow[]): number {
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, probability: 0, right: 0 }));
  for (const { said, right } of rows) {
    const probability = said.probability ?? 0;
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))];
    bin.rows++;
    bin.probability += probability;
    if (said.label === String(right)) bin.right++;
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.probability - bin.right), 0) / rows.length;
}
