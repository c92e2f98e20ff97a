import { labelledRows, takeColumns, type HeadColumns, type TaskLayout } from '../heads/task-layout';
import type { StepLoss } from './task-losses';

/** How soft targets count beside labels. */
export interface SoftTargetOptions {
  /** Logits are divided by it before they are compared with the teacher's probabilities. */
  temperature: number;
  /** Factor of the labels' loss. */
  hard: number;
  /** Factor of the soft targets' loss. */
  soft: number;
  /** Weight of each head beside the others. */
  headWeights: readonly number[];
}

/**
 * Adds soft targets to a loss: knowledge distillation (Hinton, Vinyals and Dean 2015), and learning without forgetting (Li and Hoiem 2017)
 * where the teacher is the model as it was. A row's targets are those of the labels, `layout.targets` of them, followed by a soft target
 * for each of its `layout.outputs` outputs: a teacher's probability at the temperature, or its number for a regression. An output whose soft
 * target is NaN takes no part: one that the teacher does not have.
 *
 * For a classification the soft loss is `T² KL(p ‖ softmax(z/T))` over the outputs that take part, with gradient `T (q - p)`; for several labels
 * `T²` times the mean binary divergence of each; for a regression the squared error. It is a mean over the rows that have any.
 */
export function withSoftTargets(base: StepLoss, layout: TaskLayout, options: SoftTargetOptions): StepLoss {
  const columns = layout.targets + layout.outputs;
  const hardOf = (targets: Float32Array, rows?: readonly number[]): Float32Array =>
    takeColumns(targets, columns, { start: 0, width: layout.targets }, rows);
  const labelled = (targets: Float32Array): number[] => rowsWithAny(hardOf(targets), layout);
  return {
    repeatsRows: base.repeatsRows,
    weights(targets) {
      const rows = labelled(targets);
      return [...base.weights(hardOf(targets, rows), rows.length), ...layout.heads.map((head) => softRows(targets, head, layout).length)];
    },
    evaluate(logits, targets, _rows, totalWeights) {
      const gradient = new Float32Array(logits.length);
      const rows = labelled(targets);
      let loss = 0;
      if (rows.length > 0 && options.hard > 0) {
        const all = { start: 0, width: layout.outputs };
        const own = base.evaluate(takeColumns(logits, layout.outputs, all, rows), hardOf(targets, rows), rows.length, totalWeights);
        loss += options.hard * own.loss;
        rows.forEach((row, i) => {
          for (let j = 0; j < layout.outputs; j++) gradient[row * layout.outputs + j] = options.hard * own.gradient[i * layout.outputs + j];
        });
      }
      const before = totalWeights.length - layout.heads.length;
      layout.heads.forEach((head, place) => {
        const factor = (options.soft * options.headWeights[place]) / totalWeights[before + place];
        for (const row of softRows(targets, head, layout)) {
          loss += factor * addSoftRow(logits, targets, row, { head, layout, temperature: options.temperature, factor }, gradient);
        }
      });
      return { loss, gradient };
    },
  };
}

/** Rows that have a label for any of the heads. */
function rowsWithAny(hard: Float32Array, layout: TaskLayout): number[] {
  const rows = new Set(layout.heads.flatMap((head) => labelledRows(hard, head, layout)));
  return [...rows].sort((a, b) => a - b);
}

/** Rows that have a soft target for an output of a head. */
function softRows(targets: Float32Array, { outputs }: HeadColumns, layout: TaskLayout): number[] {
  const columns = layout.targets + layout.outputs;
  const rows: number[] = [];
  for (let row = 0; row * columns < targets.length; row++) {
    const start = row * columns + layout.targets + outputs.start;
    if (targets.subarray(start, start + outputs.width).some((value) => !Number.isNaN(value))) rows.push(row);
  }
  return rows;
}

interface SoftRow {
  head: HeadColumns;
  layout: TaskLayout;
  temperature: number;
  factor: number;
}

/** Adds a row's gradient of its soft loss, times the factor, and gives that loss. */
function addSoftRow(logits: Float32Array, targets: Float32Array, row: number, soft: SoftRow, gradient: Float32Array): number {
  const { head, layout, temperature, factor } = soft;
  const { start, width } = head.outputs;
  const from = row * (layout.targets + layout.outputs) + layout.targets + start;
  const wanted = targets.subarray(from, from + width);
  const known = [...wanted.keys()].filter((j) => !Number.isNaN(wanted[j]));
  const at = row * layout.outputs + start;
  const divisor = head.head.task === 'regression' ? 1 : temperature;
  const scaled = known.map((j) => logits[at + j] / divisor);
  const { loss, slopes } = SOFT_LOSSES[head.head.task](
    scaled,
    known.map((j) => wanted[j]),
  );
  // A loss at the temperature T is multiplied by T², so that its gradient is as large as that of the labels.
  known.forEach((j, i) => (gradient[at + j] += factor * divisor * slopes[i]));
  return divisor * divisor * loss;
}

/** Loss of a row's outputs, and its derivatives with respect to them. */
type SoftLoss = (outputs: readonly number[], wanted: readonly number[]) => { loss: number; slopes: number[] };

const SOFT_LOSSES: Record<HeadColumns['head']['task'], SoftLoss> = {
  classification(outputs, wanted) {
    const largest = Math.max(...outputs);
    const normaliser = largest + Math.log(outputs.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    const logs = outputs.map((value) => value - normaliser);
    const loss = wanted.reduce((sum, p, j) => sum + (p > 0 ? p * (Math.log(p) - logs[j]) : 0), 0);
    return { loss, slopes: logs.map((log, j) => Math.exp(log) - wanted[j]) };
  },
  'multi-label'(outputs, wanted) {
    const each = outputs.map((z, j) => Math.max(z, 0) - z * wanted[j] + Math.log1p(Math.exp(-Math.abs(z))) - entropy(wanted[j]));
    const loss = each.reduce((sum, value) => sum + value, 0) / outputs.length;
    return { loss, slopes: outputs.map((z, j) => (1 / (1 + Math.exp(-z)) - wanted[j]) / outputs.length) };
  },
  regression([output], [wanted]) {
    return { loss: (output - wanted) ** 2, slopes: [2 * (output - wanted)] };
  },
};

/** Of a binary choice, in nats. */
function entropy(p: number): number {
  const part = (share: number): number => (share > 0 ? -share * Math.log(share) : 0);
  return part(p) + part(1 - p);
}
