import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawRows, writeDraw } from './draw-rows';

const rows = ['lamp', 'chair', 'table', 'shelf'].flatMap((thing) => [
  { text: `where is my ${thing}?`, label: 'delivery' },
  { text: `send the ${thing} back`, label: 'return' },
]);

describe('drawRows', () => {
  it('takes as many rows of every label, label after label', () => {
    expect(drawRows(rows, 2, 1).map(({ label }) => label)).toEqual(['delivery', 'delivery', 'return', 'return']);
  });

  it('draws the same rows whatever their order, and others by another number', () => {
    expect(drawRows([...rows].reverse(), 2, 1)).toEqual(drawRows(rows, 2, 1));
    const draws = [1, 2, 3, 4].map((draw) => JSON.stringify(drawRows(rows, 2, draw)));
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('goes by the sha256 of number and text', () => {
    // printf '1\tlamp' | sha256sum begins with dae2, of '1\tchair' with 4e8b.
    expect(
      drawRows(
        ['lamp', 'chair'].map((text) => ({ text, label: 'x' })),
        1,
        1,
      )[0].text,
    ).toBe('chair');
  });

  it('is written as the rows it was drawn from', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'attune-draw-'));
    const [file, out] = [join(folder, 'rows.jsonl'), join(folder, 'few.jsonl')];
    await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join('\n'));
    expect(await writeDraw(file, out, 3, 2)).toBe(6);
    const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(drawRows(rows, 3, 2));
    await rm(folder, { recursive: true });
  });
});
