import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess } from './run-attune';

const START = Date.UTC(2024, 2, 4);
const STEP = 5 * 60_000;

function timestamp(index: number): string {
  return new Date(START + index * STEP).toISOString().slice(0, 19).replace('T', ' ');
}

/** Two days that vary a little, and a surge at their end. */
const VALUES = [...Array.from({ length: 576 }, (_, index) => 8 + ((index * 7) % 5)), 240, 250, 230, 9];

describe('attune detect', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-detect-'));
    const rows = VALUES.map((value, index) => `${timestamp(index)},${value}`);
    await writeFile(join(folder, 'series.csv'), `timestamp,value\n${rows.join('\n')}\n`);
    await writeFile(join(folder, 'half.csv'), `timestamp,value\n${rows.slice(0, 577).join('\n')}\n`);
    await writeFile(join(folder, 'gaps.csv'), 'timestamp,value\n2024-03-04 00:00:00,3\n2024-03-04 00:05:00,\n1709510400,4.5\n');
    await writeFile(join(folder, 'time.csv'), 'timestamp,value\nyesterday,3\n');
    await writeFile(join(folder, 'number.csv'), 'timestamp,value\n2024-03-04 00:00:00,many\n');
    await writeFile(join(folder, 'negative.csv'), 'timestamp,value\n2024-03-04 00:00:00,-3\n');
    await writeFile(join(folder, 'columns.csv'), 'time,value\n2024-03-04 00:00:00,3\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function scored(data: string, ...args: string[]): Promise<string[][]> {
    const { status, stderr } = await runInProcess(['detect', '--data', data, '--out', 'scored.csv', ...args], folder);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const text = await readFile(join(folder, 'scored.csv'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  }

  it.each([[[]], [['--detector', 'windowed-gaussian']], [['--step', '300']]])(
    'writes every row as it was, with a score that marks where the surge begins (options %j)',
    async (args) => {
      const [header, ...rows] = await scored('series.csv', ...args);
      expect(header).toEqual(['timestamp', 'value', 'anomaly_score']);
      expect(rows.map(([at, value]) => [at, value])).toEqual(VALUES.map((value, index) => [timestamp(index), String(value)]));
      const scores = rows.map(([, , score]) => Number(score));
      expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
      expect(scores.flatMap((score, index) => (score >= 0.5 ? [index] : []))).toEqual([576]);
    },
  );

  it('scores the beginning of a file as it scores it within the whole', async () => {
    const whole = await scored('series.csv');
    expect(await scored('half.csv')).toEqual(whole.slice(0, 578));
  });

  it('keeps a row without a value, and tells what it did as JSON', async () => {
    expect(await scored('gaps.csv')).toEqual([
      ['timestamp', 'value', 'anomaly_score'],
      ['2024-03-04 00:00:00', '3', '0'],
      ['2024-03-04 00:05:00', '', '0'],
      ['1709510400', '4.5', '0'],
    ]);
    const { stdout } = await runInProcess(['detect', '--data', 'series.csv', '--out', 'scored.csv', '--json'], folder);
    expect(JSON.parse(stdout)).toMatchObject({ rows: VALUES.length, surges: 1, out: 'scored.csv' });
  });

  it.each([
    ['time.csv', [], 1, /time.csv, row 1: "yesterday" is no time/],
    ['number.csv', [], 1, /number.csv, row 1: "many" is no number/],
    ['negative.csv', [], 1, /negative.csv, row 1: -3 is below 0/],
    ['columns.csv', [], 1, /columns.csv has no column "timestamp"/],
    ['absent.csv', [], 1, /absent.csv/],
    ['series.csv', ['--detector', 'oracle'], 2, /no detector "oracle"/],
    ['series.csv', ['--step', '0'], 2, /must be above 0/],
  ])('refuses %s %j', async (data, args, status, message) => {
    const run = await runInProcess(['detect', '--data', data, '--out', 'refused.csv', ...args], folder);
    expect(run).toMatchObject({ status, stderr: expect.stringMatching(message) });
    await expect(readFile(join(folder, 'refused.csv'))).rejects.toThrow('ENOENT');
  });
});
