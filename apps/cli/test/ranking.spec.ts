import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder } from '@attune/testing';
import { runInProcess } from './run-attune';

const THINGS = ['phone', 'laptop', 'camera', 'lamp', 'coat', 'table', 'book', 'chair', 'watch', 'clock', 'dress', 'shirt'];

/** Readers who stay with the even or the odd things, a little later each; two things have no reader yet. */
function files(): Record<string, string> {
  const items = THINGS.map(
    (thing, at) => `${at},the ${thing} is ${at % 2 === 0 ? 'bad' : 'new'},${at % 2 === 0 ? 'even' : 'odd'},${10 + at}`,
  );
  const [train, test]: string[][] = [[], []];
  for (let reader = 0; reader < 24; reader++) {
    const own = [...Array(5).keys()].map((step) => 2 * ((reader + step * (1 + (reader % 3))) % 5) + (reader % 2));
    [...new Set(own)].forEach((item, step) =>
      (step < 3 ? train : test).push(`r${reader},${item},${1_600_000_000 + reader * 100 + step},viewed`),
    );
    if (reader < 2) test.push(`r${reader},${10 + reader},1600009999,viewed`);
  }
  const table = (header: string, rows: string[]): string => `${[header, ...rows].join('\n')}\n`;
  return {
    'items.csv': table('item,text,kind,price', items),
    'train.csv': table('user,item,ts,type', train),
    'test.csv': table('user,item,ts,type', test),
    'head.yaml': `
task: ranking
encoder: ./encoder
data: {events: train.csv, items: items.csv, validationShare: 0.4}
match: {width: 8, epochs: 3, batchSize: 16, negatives: 8}
collaborative: {regularization: 1}
scoring: {hardNegatives: 3, drawnNegatives: 3, folds: 3}
`,
  };
}

describe('attune, ranking', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-ranking-'));
    createTinyEncoder(join(folder, 'encoder'));
    for (const [name, text] of Object.entries(files())) await writeFile(join(folder, name), text);
    await run('train', '-c', 'head.yaml', '--out', 'model', '--json');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes a head that serving reads without TensorFlow', async () => {
    const { readRankingHead } = await import('@attune/artifact');
    const { manifest, items, scoring } = await readRankingHead(join(folder, 'model'));
    expect(manifest.ranking).toMatchObject({ items: 12, users: 24, text: 'frozen', collaborative: 'ease' });
    expect(items.map(({ users }) => users > 0)).toEqual(THINGS.map((_, at) => at < 10));
    expect(scoring.features.find(({ name }) => name === 'collaborative')?.weight).toBeGreaterThanOrEqual(0);
    expect(await readFile(join(folder, 'model/README.md'), 'utf8')).toContain('Ranking');
  });

  it('says how well later events are foretold, baselines beside it', async () => {
    const report = parse((await run('evaluate', '--model', 'model', '--events', 'test.csv', '--json')).stdout);
    expect(report).toMatchObject({ task: 'ranking', items: 12, users: expect.any(Number) as number });
    const { ndcgAt10, recallAt20, coverageAt10, baselines } = report as Record<string, number> & {
      baselines: Record<string, Record<string, number>>;
    };
    expect(recallAt20).toBe(1);
    expect(coverageAt10).toBeGreaterThan(0.5);
    expect(ndcgAt10).toBeGreaterThan(baselines.random.ndcgAt10);
    const { stdout } = await run('evaluate', '--model', 'model', '--events', 'test.csv');
    expect(stdout).toMatch(/^NDCG@10 +\d\.\d{4} +\d\.\d{4}/m);
    expect(stdout).toContain('unseen items among themselves');
    const { newItems } = report as { newItems: Record<string, number>[] };
    expect(newItems.map(({ share }) => share)).toEqual([0.05, 0.1, 0.2]);
    expect(stdout).toMatch(/^20 % +\d\.\d{4}/m);
  });

  it('gives the same figures from the events named as from those kept', async () => {
    const kept = parse((await run('evaluate', '--model', 'model', '--events', 'test.csv', '--json')).stdout);
    const named = parse((await run('evaluate', '--model', 'model', '--events', 'test.csv', '--history', 'train.csv', '--json')).stdout);
    expect(named).toEqual(kept);
  });

  it('finds the same where it takes up what was kept of a training before', async () => {
    const config = files()['head.yaml'].replace('data: {', 'data: {cache: kept, ');
    await writeFile(join(folder, 'cached.yaml'), config);
    const metricsOf = async (out: string) => parse((await run('train', '-c', 'cached.yaml', '--out', out, '--json')).stdout).validation;
    const first = await metricsOf('first');
    // Vectors of the texts, and weights of the earlier events and of all.
    expect((await readdir(join(folder, 'kept'))).map((file) => file.split('-')[0]).sort()).toEqual([
      'collaborative',
      'collaborative',
      'texts',
    ]);
    expect(await metricsOf('second')).toEqual(first);
    expect(await readFile(join(folder, 'second/ranking/tensors.safetensors'))).toEqual(
      await readFile(join(folder, 'first/ranking/tensors.safetensors')),
    );
  });

  it('keeps no name of a user', async () => {
    expect(await readFile(join(folder, 'model/ranking/histories.json'), 'utf8')).not.toMatch(/"r\d+"/);
  });

  it('fine-tunes the text tower', async () => {
    await writeFile(join(folder, 'tuned.yaml'), `${files()['head.yaml']}text: {tower: fine-tuned, tuner: full, pairs: 200}\n`);
    const { stdout } = await run('train', '-c', 'tuned.yaml', '--out', 'tuned', '--json');
    expect(parse(stdout)).toMatchObject({ task: 'ranking', metrics: { ndcgAt10: expect.any(Number) as number } });
  });

  it.each([
    ['--items', ['--events', 'train.csv'], 2, 'There are no items'],
    ['--events', ['--items', 'items.csv'], 2, 'There are no events'],
    ['an events file that is there', ['--events', 'none.csv', '--items', 'items.csv'], 1, 'none.csv'],
    ['columns of events', ['--events', 'items.csv', '--items', 'items.csv'], 1, 'has no column "user"'],
    ['more users than one', ['--events', 'one.csv', '--items', 'items.csv'], 1, 'only one user'],
  ])('asks for %s', async (_, args, status, message) => {
    await writeFile(join(folder, 'one.csv'), 'user,item,ts\nme,1,5\nme,2,6\n');
    const result = await runInProcess(['train', '--task', 'ranking', '--encoder', './encoder', ...args, '--out', 'none'], folder);
    expect(result).toMatchObject({ status, stderr: expect.stringContaining(message) as string });
  });

  it('names a key that it does not know', async () => {
    await writeFile(join(folder, 'wrong.yaml'), 'task: ranking\ncollaborative: {methd: ease}\n');
    const result = await runInProcess(['train', '-c', 'wrong.yaml', '--out', 'none'], folder);
    expect(result).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean collaborative.method?') as string });
  });

  it('says that nothing can be foretold of unknown items', async () => {
    await writeFile(join(folder, 'strange.csv'), 'user,item,ts\nr1,strange,1700000000\n');
    const result = await runInProcess(['evaluate', '--model', 'model', '--events', 'strange.csv'], folder);
    expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining('No test event is of an item in the catalogue') as string });
  });
});
