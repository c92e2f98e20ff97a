import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NpyWriter } from './npy-writer';
import { writeOutputFile } from './output-file';
import { rowWriter } from './row-writer';

describe('output files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-rows-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const rows = [
    { text: 'a "b", c\nd', id: 1, tags: ['x', 'y'], seen: true, note: null },
    { text: 'Grüße 漢字', id: 2, tags: [], seen: false, note: '' },
  ];

  async function write(name: string): Promise<string> {
    await writeOutputFile(join(folder, name), async (file) => {
      const writer = rowWriter(file);
      for (const row of rows) await writer.write([row]);
    });
    return readFile(join(folder, name), 'utf8');
  }

  it('writes CSV with one header, quoted where needed', async () => {
    expect(await write('rows.csv')).toBe('text,id,tags,seen,note\n"a ""b"", c\nd",1,"[""x"",""y""]",true,\nGrüße 漢字,2,[],false,\n');
  });

  it('writes TSV', async () => {
    expect((await write('rows.tsv')).split('\n')[0]).toBe('text\tid\ttags\tseen\tnote');
  });

  it('writes JSON Lines', async () => {
    const lines = (await write('deep/er/rows.jsonl')).trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows);
  });

  it('replaces a file only when the new one is whole', async () => {
    await write('rows.csv');
    const before = await readFile(join(folder, 'rows.csv'), 'utf8');
    const failing = writeOutputFile(join(folder, 'rows.csv'), async (file) => {
      await file.write('half');
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await readFile(join(folder, 'rows.csv'), 'utf8')).toBe(before);
    expect(await readdir(folder)).toEqual(['rows.csv']);
  });

  it('names the file when the disk is full', async () => {
    const full = writeOutputFile(join(folder, 'rows.csv'), () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })));
    await expect(full).rejects.toMatchObject({
      code: 'disk-full',
      message: `The disk is full: ${join(folder, 'rows.csv')} could not be written.`,
    });
  });

  it('writes vectors as a NumPy array, with the shape that is known at the end', async () => {
    await writeOutputFile(join(folder, 'vectors.npy'), async (file) => {
      const writer = await NpyWriter.start(file);
      await writer.write([Float32Array.of(1, 2, 3)]);
      await writer.write([Float32Array.of(4, 5, 6)]);
      await writer.finish();
    });
    const bytes = await readFile(join(folder, 'vectors.npy'));
    const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString('latin1');
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
    expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
    expect(10 + header.length).toBe(128);
    expect([0, 1, 2, 3, 4, 5].map((i) => bytes.readFloatLE(128 + 4 * i))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
