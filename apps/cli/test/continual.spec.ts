import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runInProcess } from './run-attune';

const CONFIG = `
encoder: ./encoder
data: {dropDuplicates: false}
optimizer: {learningRate: 3.0e-3}
training: {epochs: 1, batchSize: 16}
export: {int8: false}
`;

/** From a first model to one that went on from it, and a stream of the two. */
describe('attune, going on', () => {
  let folder: string;
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { status, stdout, stderr } = await runInProcess([...args, '--json'], folder);
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-going-on-'));
    createTinyEncoder(join(folder, 'encoder'));
    await writeFile(join(folder, 'head.yaml'), CONFIG);
    const rows = writeTinyDataset(join(folder, 'test.csv'), { rows: 150 });
    const write = (name: string, ...labels: string[]): Promise<void> =>
      writeFile(
        join(folder, name),
        ['text,label', ...rows.filter(({ label }) => labels.includes(label)).map(({ text, label }) => `${text},${label}`)].join('\n'),
      );
    await write('first.csv', 'delivery', 'refund');
    await write('second.csv', 'account');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('trains on new rows and labels from a model', async () => {
    await run('train', '-c', 'head.yaml', '--data', 'first.csv', '--out', 'first');
    await run(
      ...['train', '-c', 'head.yaml', '--data', 'second.csv', '--from', 'first'],
      ...['--set', 'continual.replay=first.csv', '--out', 'second'],
    );
    const manifest = JSON.parse(await readFile(join(folder, 'second/attune.json'), 'utf8')) as {
      tasks: { labels: string[] }[];
      lineage: object[];
    };
    expect(manifest.tasks[0].labels).toEqual(['delivery', 'refund', 'account']);
    expect(manifest.lineage).toHaveLength(1);
  }, 120_000);

  it('tells what a stream of tasks makes forget', async () => {
    const args = ['continual', '-c', 'head.yaml', '--tasks', 'first.csv', 'second.csv', '--test', 'test.csv'];
    const result = await run(...args, '--strategies', 'naive', '--out', 'stream');
    expect(result).toMatchObject({
      tasks: [
        { name: 'first', labels: 2, rows: 100, testRows: 100 },
        { name: 'second', labels: 1, rows: 50, testRows: 50 },
      ],
      strategies: [{ strategy: 'naive', averageAccuracy: expect.any(Number) as number, forgetting: expect.any(Number) as number }],
    });
    const again = await runInProcess([...args, '--strategies', 'naive', '--out', 'stream', '--resume'], folder);
    expect(again.stdout).toMatch(/strategy +average accuracy +all rows +forgetting +forward transfer/);
    expect(again.stdout).toMatch(/naive +\d\.\d{4}/);
  }, 120_000);
});
