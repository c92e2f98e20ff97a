import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder, writeTinyDataset } from '@attune/testing';
import { runInProcess } from './run-attune';

/** Pretraining of a random encoder of two narrow layers. */
describe('attune pretrain', () => {
  let folder: string;
  const run = (...args: string[]) => runInProcess(args, folder);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-pretrain-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'bert' });
    writeTinyDataset(join(folder, 'rows.csv'), { rows: 120 });
    await writeFile(join(folder, 'latin.txt'), Buffer.from('caf\xe9\n', 'latin1'));
    await writeFile(
      join(folder, 'head.yaml'),
      'encoder: ./encoder\npretraining: {data: rows.csv, validationShare: 0.2, evaluateEvery: 50}\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('writes an encoder that attune train takes, and tells its perplexity', async () => {
    const made = await run('pretrain', '-c', 'head.yaml', '--steps', '6', '--out', 'made', '--json', '--progress', 'json');
    expect(made).toMatchObject({ status: 0 });
    const result = JSON.parse(made.stdout) as { steps: number; perplexity: { before: number; after: number } };
    expect(result.steps).toBe(6);
    expect(result.perplexity.after).toBeLessThan(result.perplexity.before);
    const lines = made.stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
    expect(lines).toContainEqual(expect.objectContaining({ type: 'step', step: 6, tokensPerSecond: expect.any(Number) as number }));
    expect(lines.at(-1)).toMatchObject({ type: 'done', directory: 'made' });
    const head = await run('train', '--encoder', 'made', '--data', 'rows.csv', '--epochs', '1', '--out', 'head', '--json');
    expect(head).toMatchObject({ status: 0 });
    const again = await run('pretrain', '-c', 'head.yaml', '--steps', '6', '--out', 'made');
    expect(again).toMatchObject({ status: 2 });
  }, 240_000);

  it.each([
    [['--encoder', 'encoder'], 2, /There is no text to learn from\.\nName files with --data/],
    [['--encoder', 'encoder', '--data', 'absent.txt'], 1, /absent\.txt does not exist/],
    [['--encoder', 'encoder', '--data', 'rows.csv', '--text', 'body'], 1, /no column "body".*\n.*pretraining\.text/],
    [['--encoder', 'encoder', '--data', 'latin.txt'], 1, /latin\.txt, row 1: the text is not UTF-8/],
    [['--encoder', 'encoder', '--data', 'rows.csv', '--max-length', '4'], 2, /--max-length: must be at least 8/],
    [['--scratch', '--data', 'rows.csv', '--vocabulary-size', '100000'], 1, /give a vocabulary of \d+ pieces/],
    [['-c', 'head.yaml', '--set', 'pretraining.maskshare=0.2'], 2, /unknown key; did you mean pretraining\.maskShare\?/],
  ])(
    'refuses %j',
    async (args, status, message) => {
      const refused = await run('pretrain', ...args, '--out', 'refused');
      expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status, stdout: '' });
      expect(refused.stderr).toMatch(message);
    },
    60_000,
  );
});
