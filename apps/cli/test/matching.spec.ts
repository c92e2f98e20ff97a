import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder } from '@attune/testing';
import { runInProcess } from './run-attune';

const THINGS = ['phone', 'laptop', 'camera', 'lamp', 'coat', 'table', 'book', 'chair', 'watch', 'clock', 'dress', 'shirt'];
const QUESTIONS = ['where is the *', 'the * has not arrived', 'when does the * come', 'has the * been sent today'];

/** Questions with their answers, and rows of another task whose texts are single. */
function files(): Record<string, string> {
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const entries = THINGS.map((thing) => ({
    question: QUESTIONS.map((question) => question.replace('*', thing)),
    answer: `delivery of a ${thing} takes three days`,
  }));
  const rows = THINGS.flatMap((thing) => [
    { text: `i like the ${thing}`, tone: 'calm' },
    { text: `the ${thing} is terrible`, tone: 'angry' },
    { text: `thanks for the ${thing}`, tone: 'calm' },
    { text: `this ${thing} is bad again`, tone: 'angry' },
  ]);
  return {
    'entries.jsonl': lines(entries),
    'others.jsonl': lines([{ question: 'what is that', answer: 'a thing of another kind' }]),
    'rows.jsonl': lines(rows),
    'head.yaml': `
encoder: ./encoder
data: {train: rows.jsonl, validationShare: 0.25}
tasks:
  - {name: tone}
  - {name: answers, type: matching, data: {train: entries.jsonl, text: question, pair: answer}}
optimizer: {learningRate: 3.0e-3}
training: {epochs: 2, batchSize: 16}
`,
  };
}

/** A matching task on the command line, alone and beside a head. */
describe('attune, matching', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-matching-'));
    createTinyEncoder(join(folder, 'encoder'));
    for (const [name, text] of Object.entries(files())) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('trains an embedding model from a file of pairs, by flags alone', async () => {
    const columns = ['--data', 'entries.jsonl', '--text', 'question', '--pair', 'answer'];
    const { stdout } = await run(
      'train',
      '--task',
      'matching',
      ...columns,
      '--encoder',
      './encoder',
      '--epochs',
      '2',
      '--out',
      'model',
      '--json',
    );
    expect(parse(stdout)).toMatchObject({ task: 'matching', validation: { candidates: 12, mrr: expect.any(Number) as number } });
    const vectors = await run('embed', '--model', 'model', '--text', 'where is the lamp', '--json');
    expect(parse(vectors.stdout).embedding).toHaveLength(32);
  });

  it('says how well a file of pairs is matched, among further texts too', async () => {
    const report = parse((await run('evaluate', '--model', 'model', '--data', 'entries.jsonl', '--json')).stdout);
    expect(report).toMatchObject({ task: 'matching', rows: 48, candidates: 12, precisionAt1: expect.any(Number) as number });
    const { stdout } = await run(
      'evaluate',
      '--model',
      'model',
      '--data',
      'entries.jsonl',
      '--candidates',
      'others.jsonl',
      '--precision',
      'int8',
    );
    expect(stdout).toContain('entries.jsonl: 48 queries, 13 texts to be found');
    expect(stdout).toMatch(/^precision at 1 +0\.\d{4}$/m);
  });

  it('says how well an encoder matches them before any training', async () => {
    await run('export', '--model', './encoder', '--out', 'untrained');
    const evaluate = ['evaluate', '--model', 'untrained', '--data', 'entries.jsonl', '--text', 'question'];
    const report = parse((await run(...evaluate, '--pair', 'answer', '--json')).stdout);
    expect(report).toMatchObject({ task: 'matching', rows: 48, candidates: 12, precisionAt1: expect.any(Number) as number });
    const { stderr } = await runInProcess(evaluate, folder);
    expect(stderr).toContain('has no labels to evaluate');
  });

  it('trains it beside a head, and evaluates each by its name', async () => {
    const summary = parse((await run('train', '-c', 'head.yaml', '--out', 'joint', '--json')).stdout);
    expect(summary).toMatchObject({ tasks: { tone: { task: 'classification' }, answers: { task: 'matching' } } });
    const tone = parse((await run('evaluate', '--model', 'joint', '--data', 'rows.jsonl', '--json')).stdout);
    expect(tone).toMatchObject({ task: 'classification', rows: 48 });
    const answers = parse((await run('evaluate', '--model', 'joint', '--task', 'answers', '--data', 'entries.jsonl', '--json')).stdout);
    expect(answers).toMatchObject({ task: 'matching', rows: 48 });
    const said = parse((await run('predict', '--model', 'joint', '--text', 'the lamp is bad', '--json')).stdout);
    expect(said.label).toMatch(/^(calm|angry)$/);
    expect(await readFile(join(folder, 'joint/README.md'), 'utf8')).toContain('Pairs to match (`answers`)');
    const wrong = await runInProcess(['evaluate', '--model', 'joint', '--task', 'tones', '--data', 'rows.jsonl'], folder);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('has no task "tones"') as string });
  });
});
