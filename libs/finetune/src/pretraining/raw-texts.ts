import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AttuneError, normalizeText, type TextCleaning } from '@attune/artifact';
import { missingColumn } from '../data/map-columns';
import { readText } from '../data/read-cell';
import { formatOf, readRows, type ReadOptions, type SourceRow } from '../data/read-rows';
import { LINE, readPlainText } from '../data/readers/plain-text';
import { readError } from '../data/readers/source-bytes';

/** A text of a file. */
export interface RawText {
  /** Cleaned, never empty. */
  text: string;
  /** Where it stands, for messages: `news.txt, row 12`. */
  origin: string;
}

export interface RawTextOptions extends ReadOptions {
  /** Column of the text, in files that have columns. */
  column: string;
  cleaning: TextCleaning;
}

/**
 * The texts of a file, streamed and cleaned: lines of plain text (.txt), or a column of any format of labelled rows. Rows without a text
 * are passed over.
 *
 * @throws AttuneError `missing-file`, `missing-column`, `wrong-use` (extension), `bad-data` naming the row, `interrupted`
 */
export async function* readRawTexts(path: string, { column, cleaning, ...options }: RawTextOptions): AsyncGenerator<RawText> {
  const isPlain = isPlainText(path);
  const rows = isPlain ? plainRows(path, options) : readRows(path, selectText(path, column), options);
  for await (const { row, values } of rows) {
    const cell = readText(values[isPlain ? LINE : column]);
    if ('problem' in cell) throw new AttuneError('bad-data', `${path}, row ${row}: ${cell.problem}.`, { remedy: cell.remedy });
    const text = 'value' in cell ? normalizeText(cell.value, cleaning) : '';
    if (text !== '') yield { text, origin: `${basename(path)}, row ${row}` };
  }
}

/** @throws AttuneError `wrong-use` for an extension that says nothing */
function isPlainText(path: string): boolean {
  if (/\.txt(\.gz)?$/i.test(path)) return true;
  try {
    formatOf(path);
    return false;
  } catch (cause) {
    throw new AttuneError('wrong-use', `${path}: the extension does not say how to read it.`, {
      remedy: 'Use .txt with a text a line, or .jsonl, .csv, .tsv or .parquet, plain or with .gz.',
      cause,
    });
  }
}

async function* plainRows(path: string, options: ReadOptions): AsyncGenerator<SourceRow> {
  await stat(path).catch((cause: unknown) => Promise.reject(readError(path, cause)));
  yield* readPlainText(path, options);
}

function selectText(path: string, column: string): (present: string[]) => string[] {
  return (present) => {
    if (!present.includes(column)) throw missingColumn(path, 'raw text', column, present);
    return [column];
  };
}
