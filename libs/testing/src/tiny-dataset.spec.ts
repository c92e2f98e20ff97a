import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTinyDataset } from './tiny-dataset';
import { tinyWords } from './tiny-vocabulary';

describe('writeTinyDataset', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-dataset-'));
  const path = join(folder, 'rows.csv');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes every label equally often and no text twice', () => {
    const rows = writeTinyDataset(path, { rows: 300 });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('text,label');
    expect(lines.slice(1)).toEqual(rows.map(({ text, label }) => `${text},${label}`));
    for (const label of ['account', 'delivery', 'refund']) expect(rows.filter((row) => row.label === label)).toHaveLength(100);
    expect(new Set(rows.map(({ text }) => text)).size).toBe(300);
  });

  it('says what matters in whole words of the tiny vocabulary', () => {
    const known = new Set(tinyWords);
    const words = new Set(writeTinyDataset(path, { rows: 600 }).flatMap(({ text }) => text.split(' ')));
    expect([...words].filter((word) => !known.has(word))).toEqual([]);
  });

  it('follows the seed', () => {
    const first = writeTinyDataset(path, { seed: 3 });
    expect(writeTinyDataset(path, { seed: 3 })).toEqual(first);
    expect(writeTinyDataset(path, { seed: 4 })).not.toEqual(first);
  });

  it('writes several labels a row, and rows with one', () => {
    const counts = writeTinyDataset(path, { task: 'multi-label' }).map(({ label }) => label.split('|').length);
    expect(new Set(counts)).toEqual(new Set([1, 2, 3]));
  });

  it('writes scores between -1 and 1', () => {
    const scores = writeTinyDataset(path, { task: 'regression' }).map(({ label }) => Number(label));
    expect(readFileSync(path, 'utf8')).toMatch(/^text,score\n/);
    expect(Math.min(...scores)).toBe(-1);
    expect(Math.max(...scores)).toBe(1);
  });

  it('splits a text over two columns', () => {
    const rows = writeTinyDataset(path, { pair: true, rows: 30 });
    expect(readFileSync(path, 'utf8')).toMatch(/^text,pair,label\n/);
    expect(rows.every(({ pair }) => pair !== undefined && pair.length > 0)).toBe(true);
  });
});
