import type { HeadShape } from '@attune/artifact';

/** Where the columns of one head lie among those of all heads of an encoder. */
export interface HeadColumns {
  head: HeadShape;
  outputs: { start: number; width: number };
  targets: { start: number; width: number };
}

/** The heads of an encoder side by side: a row's logits are those of the first head, then those of the second, and so on; likewise its targets. */
export interface TaskLayout {
  heads: HeadColumns[];
  /** Logits of a row. */
  outputs: number;
  /** Targets of a row. */
  targets: number;
}

/** Outputs of a head. */
export function headOutputs(head: HeadShape): number {
  return head.task === 'regression' ? 1 : head.labels.length;
}

/** Where each head's columns lie. */
export function taskLayout(heads: readonly HeadShape[]): TaskLayout {
  const layout: TaskLayout = { heads: [], outputs: 0, targets: 0 };
  for (const head of heads) {
    const outputs = { start: layout.outputs, width: headOutputs(head) };
    const targets = { start: layout.targets, width: head.task === 'multi-label' ? head.labels.length : 1 };
    layout.heads.push({ head, outputs, targets });
    layout.outputs += outputs.width;
    layout.targets += targets.width;
  }
  return layout;
}

/** Columns of some rows of a matrix `[rows × columns]`, as a matrix of their own. */
export function takeColumns(
  values: Float32Array,
  columns: number,
  { start, width }: { start: number; width: number },
  rows?: readonly number[],
): Float32Array {
  if (rows === undefined && width === columns) return values;
  const count = rows?.length ?? values.length / columns;
  const taken = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const from = (rows?.[i] ?? i) * columns + start;
    taken.set(values.subarray(from, from + width), i * width);
  }
  return taken;
}

/** Rows that have a label for a head: a missing one is NaN in the first of its columns. */
export function labelledRows(targets: Float32Array, { targets: columns }: HeadColumns, layout: TaskLayout): number[] {
  const rows: number[] = [];
  for (let row = 0; row * layout.targets < targets.length; row++) {
    if (!Number.isNaN(targets[row * layout.targets + columns.start])) rows.push(row);
  }
  return rows;
}
