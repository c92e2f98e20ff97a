import { AttuneError, type TaskName } from '@attune/artifact';
import { join } from 'node:path';
import { headConfigSchema } from '../config/head-config';
import { loadDataset } from './load-dataset';

const NOT_OK = join(__dirname, 'fixtures/not-ok');

interface Fault {
  /** What follows the file's path in the message. */
  message: string;
  remedy?: string;
  code?: string;
  task?: TaskName;
  data?: Record<string, unknown>;
}

const FAULTS: Record<string, Fault> = {
  'empty.csv': { message: ' is empty.' },
  'header-only.csv': { message: ' has no rows.' },
  'no-header-names.csv': { message: ' has no column names in its first line.' },
  'latin-1.csv': { message: ', row 2: the text is not UTF-8 (byte 0xFC at offset 29).', remedy: 'iconv -f ISO-8859-1' },
  'latin-1-header.csv': { message: ', header: the text is not UTF-8 (byte 0xFC at offset 8).' },
  'latin-1-inside-quotes.csv': { message: ', row 2: the text is not UTF-8 (byte 0xFC at offset 24).' },
  'latin-1.tsv': { message: ', row 2: the text is not UTF-8 (byte 0xFC at offset 29).' },
  'latin-1.jsonl': { message: ', row 2: the text is not UTF-8 (byte 0xF6 at offset 44).' },
  'cut-inside-a-character.csv': { message: ', row 2: the text is not UTF-8 (byte 0xC3 at offset 26).' },
  'utf-16.csv': { message: ' is UTF-16 (little endian), not UTF-8.', remedy: 'iconv -f UTF-16' },
  'cut-off.jsonl.gz': { message: ' is cut off: its gzip stream ends early.' },
  'damaged.csv.gz': { message: ' is not sound gzip.' },
  'not-json.jsonl': { message: ', row 2: not JSON (Expected' },
  'list-instead-of-object.jsonl': { message: ', row 2: the line is JSON but not an object.' },
  'quote-never-closed.csv': { message: ', row 2: a double quote opens and is never closed.' },
  'comma-in-unquoted-text.csv': { message: ', row 2: 3 cells where the header has 2.', remedy: 'Put cells that contain ","' },
  'too-few-cells.csv': { message: ', row 2: 1 cells where the header has 2.' },
  'tab-in-text.tsv': { message: ', row 2: 3 cells where the header has 2.', remedy: 'cannot contain a tab' },
  'repeated-column.csv': { message: ' has more than one column "text".' },
  'cut-off.parquet': { message: ' is not sound Parquet: ' },
  'not-parquet.parquet': { message: ' is not sound Parquet: ' },
  'one-object.json': { message: ': the extension does not say how to read it.', remedy: 'one JSON object a line', code: 'wrong-use' },
  'list-as-label.jsonl': { message: ', row 2: the label is a list.', remedy: 'multi-label' },
  'object-as-label.jsonl': { message: ', row 2: the label is an object.' },
  'object-as-text.jsonl': { message: ', row 2: the text is an object.' },
  'decimal-comma.csv': {
    message: ', row 2: the label "0,5" is not a finite number.',
    task: 'regression',
    data: { label: 'score' },
    remedy: 'decimal point',
  },
  'infinite-number.csv': { message: ', row 2: the label "Infinity" is not a finite number.', task: 'regression', data: { label: 'score' } },
  'unreadable-time.csv': { message: ', row 2: the time "yesterday" cannot be read.', data: { time: 'at', split: 'time' } },
  'no-text-at-all.csv': { message: ': none of the 2 rows has text in column "text".' },
  'missing-labels.csv': { message: ': 2 of 3 rows have no label in column "label": rows 2, 3.' },
  'one-class.csv': { message: ': every row has the label "a".' },
  'no-label-at-all.csv': { message: ': no row has a label.', task: 'multi-label' },
  'one-number.csv': { message: ': every row has the same number, 2.', task: 'regression', data: { label: 'score' } },
};

async function errorOf(promise: Promise<unknown>): Promise<AttuneError> {
  const error: unknown = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof AttuneError)) throw new Error(`expected an AttuneError, got ${String(error)}`);
  return error;
}

describe('faulty training files', () => {
  it.each(Object.entries(FAULTS))(
    '%s is refused with its place and a remedy',
    async (file, { message, remedy = '', code = 'bad-data', task, data }) => {
      const path = join(NOT_OK, file);
      const error = await errorOf(loadDataset(headConfigSchema.parse({ task, data: { train: path, ...data } })));
      expect(error.message.slice(0, path.length + message.length)).toBe(path + message);
      expect(error.code).toBe(code);
      expect(error.remedy ?? '').toContain(remedy);
    },
  );

  it('names the columns present, and the nearest one, where a column is missing', async () => {
    const path = join(__dirname, 'fixtures/ok/quoted-newlines.csv');
    const error = await errorOf(loadDataset(headConfigSchema.parse({ data: { train: path, label: 'Labels' } })));
    expect(error.message).toBe(`${path} has no column "Labels" for the label; its columns are "text", "label".`);
    expect(error.remedy).toBe('Did you mean "label"? Name the column with data.label in head.yaml or --label.');
    expect(error.code).toBe('missing-column');
  });

  it('names file, row and label where a test label was never seen in training', async () => {
    const train = join(__dirname, 'fixtures/ok/quoted-newlines.csv');
    const test = join(NOT_OK, 'unknown-labels.csv');
    const error = await errorOf(loadDataset(headConfigSchema.parse({ data: { train, test } })));
    expect(error.message).toBe(`${test}, row 2: the label "refund" does not occur in the training data (2 such rows, 2 unknown labels).`);
  });
});
