import { z } from 'zod';
import { interpretLogits } from '../calibration';
import type { ManifestTask } from '../manifest';
import { embeddingShift, stabilityIndex } from './drift-figures';

/** Bins of the probability of what a head says, from 0 to 1. */
const BINS = 10;
/** Of a text that none of several labels is given. */
const NONE = '';

const count = z.number().nonnegative();

/** What a head said of texts, and where they lay: sums alone, and nothing of a text. Written as reference.json beside a model. */
export const scoreSketchSchema = z.object({
  rows: count,
  embedding: z
    .object({ rows: count, sum: z.array(z.number()) })
    .optional()
    .describe('Sum of the vectors of length 1'),
  tasks: z.record(z.string(), z.object({ labels: z.record(z.string(), count), probabilities: z.array(count).length(BINS) })),
});
export type ScoreSketch = z.infer<typeof scoreSketchSchema>;

/** Name of the file of the sketch of a model's validation rows. */
export const REFERENCE_FILE = 'reference.json';

/** How far what a head is asked and what it says is from its reference. */
export interface Drift {
  /** Shift of the texts, see `embeddingShift`; absent where the model gives no vectors. */
  embedding?: number;
  /** Stability indices of each task: of the labels it gives, and of how sure it is. */
  tasks: Record<string, { labels: number; probabilities: number }>;
}

export function emptySketch(): ScoreSketch {
  return { rows: 0, tasks: {} };
}

/**
 * Counts a text in a sketch.
 *
 * @param logits of each task by the name of its output; a task without is left out, as is a regression
 * @param embedding its vector of length 1
 */
export function addToSketch(
  sketch: ScoreSketch,
  tasks: readonly ManifestTask[],
  logits: (output: string) => ArrayLike<number> | undefined,
  embedding?: ArrayLike<number>,
): void {
  sketch.rows++;
  for (const task of tasks) {
    const row = logits(task.output);
    if (row === undefined || task.type === 'regression') continue;
    const said = interpretLogits(task, row);
    if (said.type === 'regression') continue;
    const counts = (sketch.tasks[task.name] ??= { labels: {}, probabilities: new Array<number>(BINS).fill(0) });
    const labels = said.type === 'classification' ? [said.label] : said.labels.length === 0 ? [NONE] : said.labels;
    for (const label of labels) counts.labels[label] = (counts.labels[label] ?? 0) + 1;
    const sure = said.type === 'classification' ? said.probability : Math.max(...Object.values(said.probabilities));
    counts.probabilities[Math.min(BINS - 1, Math.max(0, Math.floor(sure * BINS)))]++;
  }
  if (embedding !== undefined) addVector(sketch, embedding);
}

function addVector(sketch: ScoreSketch, vector: ArrayLike<number>): void {
  const { rows, sum } = (sketch.embedding ??= { rows: 0, sum: new Array<number>(vector.length).fill(0) });
  for (let at = 0; at < sum.length; at++) sum[at] += vector[at];
  sketch.embedding.rows = rows + 1;
}

/** The sketch of the texts of several. */
export function mergeSketches(sketches: readonly ScoreSketch[]): ScoreSketch {
  const whole = emptySketch();
  for (const { rows, embedding, tasks } of sketches) {
    whole.rows += rows;
    if (embedding !== undefined) {
      const own = (whole.embedding ??= { rows: 0, sum: new Array<number>(embedding.sum.length).fill(0) });
      own.rows += embedding.rows;
      embedding.sum.forEach((value, at) => (own.sum[at] += value));
    }
    for (const [name, { labels, probabilities }] of Object.entries(tasks)) {
      const own = (whole.tasks[name] ??= { labels: {}, probabilities: new Array<number>(BINS).fill(0) });
      for (const [label, counted] of Object.entries(labels)) own.labels[label] = (own.labels[label] ?? 0) + counted;
      probabilities.forEach((counted, bin) => (own.probabilities[bin] += counted));
    }
  }
  return whole;
}

/** How far a sketch is from the reference, with the noise of both samples subtracted. */
export function driftFrom(reference: ScoreSketch, sketch: ScoreSketch): Drift {
  const tasks = Object.entries(sketch.tasks).flatMap(([name, { labels, probabilities }]) => {
    const known = reference.tasks[name] as ScoreSketch['tasks'][string] | undefined;
    if (known === undefined) return [];
    const names = [...new Set([...Object.keys(known.labels), ...Object.keys(labels)])];
    const counts = (all: Record<string, number>): number[] => names.map((label) => all[label] ?? 0);
    return [
      [
        name,
        {
          labels: stabilityIndex(counts(labels), counts(known.labels)),
          probabilities: stabilityIndex(probabilities, known.probabilities),
        },
      ] as const,
    ];
  });
  const isComparable = sketch.embedding !== undefined && sketch.embedding.sum.length === reference.embedding?.sum.length;
  return {
    ...(isComparable && sketch.embedding && reference.embedding
      ? { embedding: embeddingShift(sketch.embedding, reference.embedding) }
      : {}),
    tasks: Object.fromEntries(tasks),
  };
}
