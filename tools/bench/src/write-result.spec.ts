import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatResult, formatTable, writeResult } from './write-result';

const result = {
  name: 'speed',
  title: 'How fast',
  command: 'npm run bench -- speed',
  summary: 'One against the other.',
  columns: ['side', 'ms'],
  rows: [
    ['a | b', '1'],
    ['c', '20'],
  ],
  notes: ['In turns.'],
};

describe('formatTable', () => {
  it('escapes what would end a cell', () => {
    expect(formatTable(result.columns, result.rows)).toBe('| side | ms |\n|---|---:|\n| a \\| b | 1 |\n| c | 20 |');
  });
});

describe('formatResult', () => {
  it('says the command, the figures and where they were measured', () => {
    const page = formatResult(result, { date: '2026-01-31', commit: '0123456789ab', processor: 'Some CPU, 2 threads', node: 'v20.19.0' });
    expect(page.split('\n')[0]).toBe('# How fast');
    for (const part of [
      '```sh\nnpm run bench -- speed\n```',
      '| c | 20 |',
      '- In turns.',
      '| commit | 0123456789ab |',
      '| date | 2026-01-31 |',
    ]) {
      expect(page).toContain(part);
    }
  });
});

describe('writeResult', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'attune-results-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('writes the page with the processor at hand', async () => {
    const path = await writeResult(join(folder, 'results'), result);
    expect(path).toBe(join(folder, 'results', 'speed.md'));
    expect(await readFile(path, 'utf8')).toMatch(/\| processor \| .+, \d+ threads \|/);
  });
});
