import type { ClassFigures } from './types';

export const CLASS_COLUMNS = ['label', 'support', 'precision', 'recall', 'f1'] as const;
export type ClassColumn = (typeof CLASS_COLUMNS)[number];

/** What a table is sorted by. */
export interface ClassOrder {
  readonly column: ClassColumn;
  readonly ascending: boolean;
}

/** Labels in an order; those without the figure come last in either direction. */
export function sortClasses(classes: readonly ClassFigures[], { column, ascending }: ClassOrder): ClassFigures[] {
  const sign = ascending ? 1 : -1;
  return [...classes].sort((one, other) => {
    if (column === 'label') return sign * one.label.localeCompare(other.label);
    const [left, right] = [one[column], other[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}
