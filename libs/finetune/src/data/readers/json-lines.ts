import { AttuneError } from '@attune/artifact';
import { lineChunks } from './lines';
import { encodingError, type EncodingFault, type ReadOptions } from './source-bytes';
import { MAX_ROW_BYTES, rowTooLarge, type SelectColumns, type SourceRow } from './source-row';

const LARGE_ROW_REMEDY = 'Split the text, or check that every object ends its line.';

function parseLine(path: string, row: number, line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AttuneError('bad-data', `${path}, row ${row}: not JSON (${reason}).`, {
      remedy: 'Every line must be one JSON object.',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AttuneError('bad-data', `${path}, row ${row}: the line is JSON but not an object.`, {
      remedy: 'Write each row as {"text": …, "label": …}.',
    });
  }
  return Object.fromEntries(Object.entries(value));
}

/**
 * Rows of a JSON Lines file, streamed; blank lines are passed over and not counted.
 * @throws AttuneError `bad-data` naming file and row: not JSON, not an object, not UTF-8, or too large.
 */
export async function* readJsonLines(path: string, select: SelectColumns, options: ReadOptions): AsyncGenerator<SourceRow> {
  const fault: EncodingFault = {};
  let columns: string[] | undefined;
  let row = 0;
  for await (const { lines, isFaulty } of lineChunks(path, options, fault)) {
    const parsed: SourceRow[] = [];
    for (const line of lines) {
      if (line.trim() === '') continue;
      row++;
      if (isFaulty && fault.found) throw encodingError(path, row, fault.found);
      if (line.length > MAX_ROW_BYTES) throw rowTooLarge(path, row, LARGE_ROW_REMEDY);
      parsed.push({ row, values: parseLine(path, row, line) });
    }
    if (parsed.length === 0) continue;
    columns ??= select([...new Set(parsed.flatMap(({ values }) => Object.keys(values)))]);
    for (const { row: number, values } of parsed) yield { row: number, values: pick(values, columns) };
  }
}

function pick(values: Record<string, unknown>, columns: string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const column of columns) picked[column] = values[column];
  return picked;
}
