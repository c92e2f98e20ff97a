import type { Measurement } from '@attune/opinion';

/** A row of a series as it stands in its file, and what it says. */
export interface MeasuredRow {
  /** Counted from 1, without the header. */
  row: number;
  timestamp: string;
  value: string;
  /** Undefined where the value is empty: nothing was measured. */
  measurement: Measurement | undefined;
}

const COLUMNS = ['timestamp', 'value'];
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DATE_AND_TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/;
/** Seconds since 1970 stay below it until the year 5138, and milliseconds have been above it since 1973. */
const SECONDS_BELOW = 1e11;

/**
 * Streams the rows of a file with the columns `timestamp` and `value`.
 *
 * @throws AttuneError `missing-column`; `bad-data` naming file and row for what is no time or no number; what reading the file throws
 */
export async function* readMeasurements(path: string, signal: AbortSignal): AsyncGenerator<MeasuredRow> {
  const { AttuneError } = await import('@attune/artifact');
  const { readRows } = await import('@attune/finetune');
  const select = (present: string[]): string[] => {
    const missing = COLUMNS.find((column) => !present.includes(column));
    if (missing === undefined) return COLUMNS;
    throw new AttuneError('missing-column', `${path} has no column "${missing}"; its columns are ${present.join(', ')}.`, {
      remedy: 'A series has the columns timestamp and value.',
    });
  };
  for await (const { row, values } of readRows(path, select, { signal })) {
    const timestamp = cell(values.timestamp);
    const value = cell(values.value);
    const at = parseTime(timestamp);
    if (at === undefined) {
      throw new AttuneError('bad-data', `${path}, row ${row}: "${timestamp}" is no time.`, {
        remedy: 'Write 2024-05-31 14:05:00 (UTC), 2024-05-31T14:05:00+02:00, or seconds since 1970.',
      });
    }
    if (value !== '' && !NUMBER.test(value)) {
      throw new AttuneError('bad-data', `${path}, row ${row}: "${value}" is no number.`, {
        remedy: 'Leave it empty where nothing was measured.',
      });
    }
    yield { row, timestamp, value, measurement: value === '' ? undefined : { at, value: Number(value) } };
  }
}

/**
 * Reads a point in time: ISO 8601 with a space or a T, in UTC where no zone is given, or seconds or milliseconds since 1970.
 *
 * @returns milliseconds since 1970, or undefined for anything else
 */
export function parseTime(text: string): number | undefined {
  if (NUMBER.test(text)) return Math.abs(Number(text)) < SECONDS_BELOW ? Number(text) * 1_000 : Number(text);
  const iso = text.replace(' ', 'T');
  const at = Date.parse(DATE_AND_TIME.test(text) && text.length > 10 ? `${iso}Z` : iso);
  return Number.isNaN(at) ? undefined : at;
}

function cell(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value).trim() : '';
}
