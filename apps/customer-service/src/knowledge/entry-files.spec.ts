import { readCsv, toCsv, type FileRow } from './entry-files';

/** Rows of a file that comes in pieces of some bytes. */
async function rowsOf(file: string, pieceBytes: number): Promise<FileRow[]> {
  async function* pieces(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(file);
    for (let start = 0; start < bytes.length; start += pieceBytes) yield Promise.resolve(bytes.subarray(start, start + pieceBytes));
  }
  const rows: FileRow[] = [];
  for await (const row of readCsv(pieces())) rows.push(row);
  return rows;
}

const told = (row: FileRow): string => ('fault' in row ? 'fault' : row.input.question);

describe('readCsv', () => {
  it.each([1, 7, 1_000_000])('keeps rows and faults in the order of the file, in pieces of %i bytes', async (pieceBytes) => {
    const rows = ['question,answer', 'Eins?,one', 'too,many,cells', 'Zwei — zwei?,two', ',none', '"a"b,c', 'Drei?,"three, or\nfour"'];
    const read = await rowsOf(rows.join('\n'), pieceBytes);
    expect(read.map(told)).toEqual(['Eins?', 'fault', 'Zwei — zwei?', 'fault', '"a"b', 'Drei?']);
    expect(read[5]).toMatchObject({ input: { answer: 'three, or\nfour' } });
  });

  it('tells of every row of a file with nothing right', async () => {
    const read = await rowsOf(`question,answer\n${'a,b,c\n'.repeat(1_000)}`, 100);
    expect(read.map(told)).toEqual(new Array(1_000).fill('fault'));
  });

  it('ends at a row that does not end', async () => {
    const read = await rowsOf(`question,answer\nEins?,one\nZwei?,"${'x'.repeat(1_100_000)}`, 65_536);
    expect(read.map(told)).toEqual(['Eins?', 'fault']);
  });

  it('names a slot that is no JSON, and a column that it does not know', async () => {
    expect(await rowsOf('question,answer,slots\nEins?,one,{\n', 100)).toEqual([{ fault: 'slots: it is not JSON' }]);
    const [row] = await rowsOf('question,reply\nEins?,one\n', 100);
    expect(row).toMatchObject({ fault: expect.stringContaining('unknown column reply') as string });
  });
});

describe('toCsv', () => {
  it('writes what is read again', async () => {
    const instant = '2030-01-01T00:00:00.000Z';
    const entry = {
      id: 'e1',
      question: '=1+1, "quoted"?',
      phrasings: ['one', 'two, three'],
      answer: 'a\nb',
      tags: ['x', 'y'],
      validFrom: instant,
      slots: [{ name: 'orderNumber', type: 'order-number' as const, ask: 'Which?', required: true }],
      createdAt: instant,
      updatedAt: instant,
    };
    const { createdAt: _created, updatedAt: _updated, id, ...input } = entry;
    expect(await rowsOf(toCsv([entry], true), 64)).toEqual([{ id, input }]);
  });
});
