import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatasetFormat } from '@attune/contracts';
import { inspectDataset } from './inspect-dataset';

describe('inspectDataset', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-inspect-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const inspect = async (text: string | Buffer, format: DatasetFormat = 'csv') => {
    const file = join(folder, `rows.${format}`);
    await writeFile(file, text);
    return inspectDataset(file, format);
  };

  it('reads cells with commas, quotes and line breaks', async () => {
    const { rows, columns, sample } = await inspect('\ufefftext,label\r\n"late, again",a\r\n"says ""no""\nand goes",b\r\n\r\n');
    expect({ rows, columns }).toEqual({ rows: 2, columns: ['text', 'label'] });
    expect(sample).toEqual([
      { text: 'late, again', label: 'a' },
      { text: 'says "no"\nand goes', label: 'b' },
    ]);
  });

  it('parts cells by a semicolon where the header has no comma', async () => {
    expect((await inspect('text;label\none, two;a\n')).sample).toEqual([{ text: 'one, two', label: 'a' }]);
  });

  it('reads tab-separated texts with stray quotes', async () => {
    expect((await inspect('text\tlabel\n"never closed\ta\nmore\tb\n', 'tsv')).sample[0]).toEqual({ text: '"never closed', label: 'a' });
  });

  it('reads JSON Lines, whose columns are all keys', async () => {
    const { rows, columns, sample } = await inspect('{"text":"one","label":["a","b"]}\n\n{"text":"two","pair":"x\\u0000\\ud800"}', 'jsonl');
    expect({ rows, columns }).toEqual({ rows: 2, columns: ['text', 'label', 'pair'] });
    expect(sample).toEqual([
      { text: 'one', label: '["a","b"]' },
      { text: 'two', pair: 'x\ufffd\ufffd' },
    ]);
  });

  it('shows the first rows of many, long cells cut off', async () => {
    const { rows, sample } = await inspect(`text,label\n${`${'x'.repeat(300)},a\n`.repeat(20_000)}`);
    expect(rows).toBe(20_000);
    expect(sample).toHaveLength(5);
    expect(sample[0].text).toHaveLength(201);
  });

  it.each<[string, string | Buffer, DatasetFormat, RegExp]>([
    ['a line that is no JSON', '{"a":1}\n{', 'jsonl', /Row 2: not JSON/],
    ['a line that is no object', '[1]\n', 'jsonl', /Row 1: the line is JSON but not an object/],
    ['a cell too many', 'a,b\n1,2\n1,2,3\n', 'csv', /Row 2: 3 cells where the header has 2/],
    ['a column without a name', 'a,\n1,2\n', 'csv', /Column 2 has no name/],
    ['too many columns', `${Array.from({ length: 501 }, (_, place) => `c${place}`).join(',')}\n`, 'csv', /more than 500 columns/],
    ['UTF-16', Buffer.from('\ufefftext,label\na,b\n', 'utf16le'), 'csv', /UTF-8/],
    ['a character that is cut off', Buffer.from([0x61, 0x0a, 0xc3]), 'csv', /UTF-8/],
  ])('refuses %s', async (_what, text, format, message) => {
    await expect(inspect(text, format)).rejects.toMatchObject({ code: 'bad-data', message: expect.stringMatching(message) as string });
  });
});
