import type { TaskName } from '@attune/artifact';
import type { Label } from './example';

/** A cell's meaning, nothing where it is empty, or what is wrong with it. */
export type CellResult<T> = { value: T } | { empty: true } | { problem: string; remedy: string };

const EMPTY = { empty: true } as const;

function kindOf(cell: unknown): string {
  if (Array.isArray(cell)) return 'a list';
  if (cell instanceof Date) return 'a date';
  if (ArrayBuffer.isView(cell)) return 'bytes';
  return cell === null ? 'empty' : typeof cell === 'object' ? 'an object' : `a ${typeof cell}`;
}

function scalar(cell: unknown): string | undefined {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  return undefined;
}

/** A text as it stands in its cell; numbers become their digits. */
export function readText(cell: unknown): CellResult<string> {
  if (cell === undefined || cell === null || cell === '') return EMPTY;
  const value = scalar(cell);
  if (value !== undefined) return { value };
  return { problem: `the text is ${kindOf(cell)}`, remedy: 'A text must be a string.' };
}

function labelText(cell: unknown): string | undefined {
  return scalar(cell)?.trim().normalize('NFC');
}

function readSingleLabel(cell: unknown): CellResult<string> {
  const value = labelText(cell);
  if (value !== undefined) return value === '' ? EMPTY : { value };
  const remedy = Array.isArray(cell)
    ? 'Use task multi-label for rows with several labels.'
    : 'A label must be a string, a number or true/false.';
  return { problem: `the label is ${kindOf(cell)}`, remedy };
}

function readLabelSet(cell: unknown, separator: string): CellResult<string[]> {
  const cells: unknown[] = Array.isArray(cell) ? cell : (scalar(cell)?.split(separator) ?? [cell]);
  const labels = new Set<string>();
  for (const one of cells) {
    const label = labelText(one);
    if (label === undefined)
      return {
        problem: `a label is ${kindOf(one)}`,
        remedy: 'Labels must be strings or numbers: a list of them, or one cell with a separator.',
      };
    if (label !== '') labels.add(label);
  }
  return { value: [...labels].sort() };
}

function readNumber(cell: unknown): CellResult<number> {
  const remedy = 'A regression needs plain numbers with a decimal point; for classes use task classification.';
  if (typeof cell === 'string' && cell.trim() === '') return EMPTY;
  const isNumeric = typeof cell === 'number' || (typeof cell === 'string' && !/^\s*[+-]?0[xob]/i.test(cell));
  const value = isNumeric ? Number(cell) : NaN;
  if (Number.isFinite(value)) return { value };
  const shown = scalar(cell);
  return { problem: `the label ${shown === undefined ? `is ${kindOf(cell)}` : `"${shown}" is`} not a finite number`, remedy };
}

/**
 * A label as its task needs it: one string, the sorted set of strings (a list, or one cell with a separator; an empty cell is no
 * label at all), or a finite number.
 */
export function readLabel(cell: unknown, task: TaskName, separator: string): CellResult<Label> {
  if (cell === undefined) return EMPTY;
  if (cell === null) return task === 'multi-label' ? { value: [] } : EMPTY;
  if (task === 'multi-label') return readLabelSet(cell, separator);
  return task === 'regression' ? readNumber(cell) : readSingleLabel(cell);
}

/** Epoch numbers below this are seconds, others milliseconds: 10¹¹ s is the year 5138, 10¹¹ ms is 1973. */
const LARGEST_SECONDS = 1e11;
const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since the epoch, from ISO 8601 (UTC where no zone is given) or from epoch seconds or milliseconds. */
export function readTime(cell: unknown): CellResult<number> {
  if (cell === undefined || cell === null || cell === '') return EMPTY;
  if (cell instanceof Date) return { value: cell.getTime() };
  const text = scalar(cell)?.trim() ?? '';
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const epoch = Number(text);
    return { value: Math.abs(epoch) < LARGEST_SECONDS ? epoch * 1000 : epoch };
  }
  const parts = ISO_TIME.exec(text);
  const value = parts ? Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${(parts[3] ?? 'Z').toUpperCase()}`) : NaN;
  if (Number.isFinite(value)) return { value };
  return {
    problem: `the time ${text === '' ? `is ${kindOf(cell)}` : `"${text}"`} cannot be read`,
    remedy: 'Write times as 2024-05-31T12:00:00Z, or as seconds or milliseconds since 1970.',
  };
}
