import type { SourceRow } from '@attune/finetune';
import { chooseTextColumns, type ModelText, type TextColumns } from './text-columns';

/** A row of a file with the text that the model reads from it. */
export interface TextRow extends ModelText {
  row: number;
  /** Every column of the row, as it stands in the file. */
  values: Record<string, unknown>;
}

interface TextFile {
  path: string;
  /** Columns asked for on the command line. */
  asked: TextColumns;
  /** Columns that the model was trained on. */
  trained: TextColumns;
  signal: AbortSignal;
}

/**
 * Streams the rows of a file with their texts.
 *
 * @throws AttuneError `missing-column`; `bad-data` naming file and row where there is no text; what reading the file throws
 */
export async function* readTextRows({ path, asked, trained, signal }: TextFile): AsyncGenerator<TextRow> {
  const { readRows } = await import('@attune/finetune');
  let columns: (TextColumns & { text: string }) | undefined;
  let present: string[] = [];
  const select = (all: string[]): string[] => (present = all);
  for await (const source of readRows(path, select, { signal })) {
    columns ??= await chooseTextColumns(path, present, asked, trained);
    const pair = columns.pair === undefined || isBlank(source.values[columns.pair]) ? undefined : await textOf(path, source, columns.pair);
    yield {
      ...source,
      text: await textOf(path, source, columns.text),
      ...(pair === undefined ? {} : { pair }),
    };
  }
}

/** A second text that is empty is none, as in training. */
function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

async function textOf(path: string, { row, values }: SourceRow, column: string): Promise<string> {
  const value = values[column];
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const { AttuneError } = await import('@attune/artifact');
  const fault = value === undefined || value === null || typeof value === 'string' ? 'is empty' : `holds no text but ${typeof value}`;
  throw new AttuneError('bad-data', `${path}, row ${row}: column "${column}" ${fault}.`, { remedy: 'Fill it in or remove the row.' });
}
