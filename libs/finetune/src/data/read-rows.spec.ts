import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRows, type SourceRow } from './read-rows';

const OK = join(__dirname, 'fixtures/ok');
const TEXTS = [
  'Where is my parcel?',
  'The parcel came open,\nand one cup was broken',
  'It says "out for delivery" since Monday',
  'Größe passt nicht, bitte umtauschen',
  '包裹还没有到',
  'I would like another colour 🙂',
];
const LABELS = ['delivery', 'damage', 'delivery', 'exchange', 'delivery', 'exchange'];

async function collect(rows: AsyncIterable<SourceRow>): Promise<SourceRow[]> {
  const collected: SourceRow[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

async function messageOf(rows: AsyncIterable<SourceRow>): Promise<string> {
  return collect(rows).then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('readRows', () => {
  it.each([
    'quoted-newlines.csv',
    'semicolons.csv',
    'byte-order-mark-and-crlf.csv',
    'plain.csv.gz',
    'gzip-without-its-extension.csv',
    'no-final-newline.csv',
    'spreadsheet.tsv',
    'plain.jsonl',
    'blank-lines.jsonl',
    'plain.jsonl.gz',
    'snappy.parquet',
    'gzip.parquet',
    'zstd.parquet',
    'brotli.parquet',
    'row-groups.parquet',
    'gzipped.parquet.gz',
  ])('reads the same rows from %s', async (file) => {
    const rows = await collect(readRows(join(OK, file)));
    expect(rows).toEqual(TEXTS.map((text, position) => ({ row: position + 1, values: { text, label: LABELS[position] } })));
  });

  it('takes quotes as they are in tab-separated text without quoting', async () => {
    const rows = await collect(readRows(join(OK, 'stray-quotes.tsv')));
    expect(rows.map(({ values }) => values.text)).toEqual(['"Quick reply, thanks', 'the 5" cable is missing', '"never again" they said"']);
  });

  it('takes quotes inside unquoted cells of a CSV file as they are', async () => {
    const rows = await collect(readRows(join(OK, 'quotes-in-unquoted-cells.csv')));
    expect(rows.map(({ values }) => values.text)).toEqual(['the 5" cable is missing', 'all good, thanks']);
  });

  it('reads selected columns alone, and says which there are', async () => {
    const present: string[][] = [];
    for (const file of ['quoted-newlines.csv', 'plain.jsonl', 'snappy.parquet']) {
      const select = (columns: string[]): string[] => {
        present.push(columns);
        return ['label'];
      };
      const rows = await collect(readRows(join(OK, file), select));
      expect(rows[0]).toEqual({ row: 1, values: { label: 'delivery' } });
    }
    expect(present).toEqual([
      ['text', 'label'],
      ['text', 'label'],
      ['text', 'label'],
    ]);
  });

  it.each(['plain.csv.gz', 'snappy.parquet', 'gzipped.parquet.gz', 'plain.jsonl'])(
    'hashes the bytes of %s as they lie on disk',
    async (file) => {
      const hash = createHash('sha256');
      await collect(readRows(join(OK, file), undefined, { hash }));
      expect(hash.digest('hex')).toBe(
        createHash('sha256')
          .update(readFileSync(join(OK, file)))
          .digest('hex'),
      );
    },
  );

  it('stops when interrupted', async () => {
    const signal = AbortSignal.abort();
    for (const file of ['quoted-newlines.csv', 'plain.jsonl.gz', 'snappy.parquet']) {
      await expect(collect(readRows(join(OK, file), undefined, { signal }))).rejects.toMatchObject({ code: 'interrupted' });
    }
  });

  it('says what is wrong with a path', async () => {
    await expect(collect(readRows(join(OK, 'absent.csv')))).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('absent.csv does not exist'),
    });
    await expect(collect(readRows(join(OK, 'spreadsheet.xlsx')))).rejects.toMatchObject({
      code: 'wrong-use',
      remedy: expect.stringContaining('.csv'),
    });
  });
});

describe('readRows on large files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it('refuses a 10 MB row, naming it', async () => {
    const huge = 'word '.repeat(2_000_000);
    const expected = (path: string): string => `${path}, row 2: the row is larger than 8 MB.`;
    const csv = file('huge.csv', `text,label\nfine,a\n${huge},b\nlate,c\n`);
    expect(await messageOf(readRows(csv))).toBe(expected(csv));
    const jsonl = file('huge.jsonl', `{"text":"fine"}\n{"text":"${huge}"}\n{"text":"late"}\n`);
    expect(await messageOf(readRows(jsonl))).toBe(expected(jsonl));
  });

  it('reads a row of a million characters', async () => {
    const text = 'x'.repeat(1_000_000);
    const rows = await collect(readRows(file('large.csv', `text,label\n${text},a\n`)));
    expect(rows).toHaveLength(1);
    expect(String(rows[0].values.text)).toHaveLength(text.length);
  });

  it('keeps characters whole where chunks of the file meet', async () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = 'x'.repeat(shift) + '🙂é包'.repeat(60_000);
      const rows = await collect(readRows(file('wide.csv', `text,label\n${text},a\n`)));
      expect(rows[0].values.text === text).toBe(true);
    }
  });

  it('names the row of a wrong byte far into a file', async () => {
    const lines = Array.from({ length: 40_000 }, (_, row) => `message ${row + 1} with a genuine \uFFFD,a`);
    const bytes = Buffer.from(`text,label\n${lines.join('\n')}\n`);
    const at = bytes.indexOf('message 31234 ');
    bytes[at] = 0xe9;
    const path = file('late-fault.csv', bytes);
    expect(await messageOf(readRows(path))).toBe(`${path}, row 31234: the text is not UTF-8 (byte 0xE9 at offset ${at}).`);
    const objects = file('late-fault.jsonl', Buffer.from(lines.map((text) => JSON.stringify({ text })).join('\n')));
    const broken = readFileSync(objects);
    broken[broken.indexOf('message 31234 ')] = 0xe9;
    writeFileSync(objects, broken);
    expect(await messageOf(readRows(objects))).toContain(', row 31234: the text is not UTF-8');
  });
});
