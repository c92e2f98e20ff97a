import type { FeedbackRow, FeedbackRowInput } from '@attune/contracts';
import type { HeadTemplate } from '../heads/head-templates';

/** Under which names a head reads rows: those of its own configuration, so that its golden and earlier rows stand beside them. */
export interface RowColumns {
  readonly text: string;
  readonly pair?: string;
  readonly label: string;
  /** What the label says. */
  readonly type: 'classification' | 'multi-label' | 'regression';
}

const TYPES: readonly string[] = ['classification', 'multi-label', 'regression'] satisfies RowColumns['type'][];

/** The columns of a head's rows; undefined where it learns from no labels, as a ranking. */
export function rowColumns({ task, tasks, data }: HeadTemplate): RowColumns | undefined {
  const [first] = tasks ?? [];
  const type = first === undefined ? task : (first.type ?? 'classification');
  if (!TYPES.includes(type)) return undefined;
  const label = first === undefined ? (data.label ?? 'label') : (first.label ?? first.name);
  return {
    text: data.text ?? 'text',
    ...(data.pair === undefined ? {} : { pair: data.pair }),
    label,
    type: type as RowColumns['type'],
  };
}

/** Why a head cannot learn from a row: where, and what; nothing where it can. */
export function rowFaults({ pair, type }: RowColumns, row: FeedbackRowInput): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  if (row.pair !== undefined && pair === undefined) faults.push({ path: 'pair', message: 'the head reads no second text' });
  if (Array.isArray(row.label) && type !== 'multi-label') faults.push({ path: 'label', message: 'the head gives one label' });
  if (type === 'regression' && !Number.isFinite(Number(row.label))) faults.push({ path: 'label', message: 'the head gives a number' });
  return faults;
}

/** A row as `attune train` reads it, a line of JSON. */
export function rowLine(
  { text, pair, label, type }: RowColumns,
  row: { readonly text: string; readonly pair: string | null; readonly label?: FeedbackRow['label'] },
): string {
  const right = row.label === undefined ? undefined : type === 'multi-label' ? [row.label].flat() : row.label;
  const line = { [text]: row.text, ...(pair === undefined ? {} : { [pair]: row.pair ?? '' }), [label]: right };
  return `${JSON.stringify(line)}\n`;
}
