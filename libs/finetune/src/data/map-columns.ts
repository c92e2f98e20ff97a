import { AttuneError } from '@attune/artifact';
import { closest, distance } from 'fastest-levenshtein';
import { formatOf, type SelectColumns } from './read-rows';

/** Which column holds what. */
export interface ColumnMapping {
  text: string;
  /** Second text of a pair. */
  pair?: string;
  label?: string;
  /** Rows with the same value stay on one side of a split. */
  group?: string;
  time?: string;
  /** Rows with the same value are evaluated by themselves, too. */
  slice?: string;
}

/** Roles whose column has one name and no other: those of events and items. */
const FIXED_ROLES = ['user', 'item', 'event time', 'item text'];

const ROLES = ['text', 'pair', 'label', 'group', 'time', 'slice'] as const;

/** The error for a column that a file lacks, with the nearest that it has. */
export function missingColumn(path: string, role: string, name: string, present: string[]): AttuneError {
  const folded = present.map((column) => column.toLowerCase());
  const nearest = folded.length > 0 ? closest(name.toLowerCase(), folded) : '';
  const isNear = nearest !== '' && distance(name.toLowerCase(), nearest) <= Math.max(1, Math.floor(name.length / 2));
  const guess = isNear ? `Did you mean "${present[folded.indexOf(nearest)]}"? ` : '';
  const listed = present.map((column) => `"${column}"`).join(', ');
  return new AttuneError('missing-column', `${path} has no column "${name}" for the ${role}; its columns are ${listed}.`, {
    remedy: `${guess}${remedyOf(role)}`,
  });
}

function remedyOf(role: string): string {
  return FIXED_ROLES.includes(role) ? 'Rename the column in the first line of the file.' : `Name the column with ${keysOf(role)}.`;
}

/** Where the column of a role is named. */
function keysOf(role: string): string {
  if (role === 'slice') return '--slice';
  if (role === 'raw text') return 'pretraining.text in head.yaml or --text';
  if (role === 'attribute') return 'items.categories, items.numbers or items.publishedAt in head.yaml';
  return `data.${role} in head.yaml${role === 'group' || role === 'time' ? '' : ` or --${role}`}`;
}

/**
 * Selects the mapped columns of a file. With label columns of further tasks, those that are there, and at least one of them all; in JSON
 * Lines, where a key may first come in a late row, all of them.
 * @throws AttuneError `missing-column` with the columns present and the nearest name.
 */
export function selectMapped(path: string, mapping: ColumnMapping, furtherLabels: readonly string[] = []): SelectColumns {
  return (present) => {
    const isOpen = furtherLabels.length > 0 && formatOf(path).format === 'jsonl';
    const names = new Set<string>(furtherLabels.filter((name) => isOpen || present.includes(name)));
    const isLabelled = names.size > 0;
    for (const role of ROLES) {
      const name = mapping[role];
      if (name === undefined) continue;
      if (!present.includes(name)) {
        if (role !== 'label' || !isLabelled) throw missingColumn(path, role, name, present);
        if (!isOpen) continue;
      }
      names.add(name);
    }
    return [...names];
  };
}
