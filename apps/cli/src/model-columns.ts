import type { Manifest } from '@attune/artifact';
import type { TextColumns } from './rows/text-columns';

/** Columns that a model was trained on, and what stands between several labels of one cell. */
export interface TrainedColumns extends TextColumns {
  label?: string;
  labelSeparator: string;
}

const DEFAULT_SEPARATOR = '|';

/** Reads the columns from a model's manifest; those that it does not name are left open. */
export function trainedColumns({ trainingData }: Manifest): TrainedColumns {
  const columns: unknown = trainingData?.columns;
  const named = new Map<string, unknown>(typeof columns === 'object' && columns !== null ? Object.entries(columns) : []);
  const column = (name: string): string | undefined => {
    const value = named.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    text: column('text'),
    pair: column('pair'),
    label: column('label'),
    labelSeparator: column('labelSeparator') ?? DEFAULT_SEPARATOR,
  };
}
