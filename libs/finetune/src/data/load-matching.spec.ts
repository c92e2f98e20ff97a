import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { loadDataset } from './load-dataset';
import { loadMatching, type MatchingDataset } from './load-matching';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-pairs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Row = Record<string, unknown>;

async function write(name: string, rows: readonly Row[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

function configOf(data: Row, more: Row = {}): HeadConfig {
  return headConfigSchema.parse({ task: 'matching', data: { text: 'query', pair: 'answer', ...data }, ...more });
}

async function load(data: Row): Promise<MatchingDataset> {
  const loaded = await loadMatching(configOf(data));
  if (loaded === undefined) throw new Error('no pairs');
  return loaded;
}

const many = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ query: `question ${i}`, answer: `answer ${Math.floor(i / 4)}`, topic: `t${i % 8 < 4}` }));

describe('the pairs of a matching task', () => {
  it('are numbered by their answers, and know every right one', async () => {
    const train = await write('train.jsonl', [
      { query: 'when is it sent', answer: 'We send within a day.', entry: 'a' },
      { query: 'when is it sent', answer: 'Orders before noon leave today.', entry: 'b' },
      { query: 'refund?', answer: 'Money comes back in a week.', entry: 'c' },
      { query: 'where is my <b>refund</b>', answer: 'Wait a  week.', entry: 'c' },
    ]);
    const validation = await write('validation.jsonl', [{ query: 'no money yet', answer: 'Wait a week.', entry: 'c' }]);
    const { pairs } = await load({ train, validation, group: 'entry' });
    expect(pairs.candidates).toEqual([
      'We send within a day.',
      'Orders before noon leave today.',
      'Money comes back in a week.',
      'Wait a week.',
    ]);
    expect(pairs.trainCandidates).toBe(4);
    expect(pairs.train.map(({ answer, right }) => [answer, right])).toEqual([
      [0, [0, 1]],
      [1, [0, 1]],
      [2, [2, 3]],
      [3, [2, 3]],
    ]);
    expect(pairs.train[3].text).toBe('where is my refund');
    expect(pairs.validation).toEqual([{ text: 'no money yet', answer: 3, right: [2, 3], row: 1 }]);
  });

  it('take a list of queries for as many pairs, and leave out rows that lack one side', async () => {
    const train = await write('lists.jsonl', [
      { query: ['how long', 'when', ''], answer: 'A day.' },
      { query: [], answer: 'Nobody asks.' },
      { query: 'why', answer: ' ' },
      { query: 'who', answer: 'We.' },
    ]);
    const { pairs, notices } = await load({ train, validation: train });
    expect(pairs.train.map(({ text, row }) => [text, row])).toEqual([
      ['how long', 1],
      ['when', 1],
      ['who', 4],
    ]);
    expect(notices.join()).toContain('2 of 4 rows have no query or no answer and are left out (rows 2, 3)');
    expect(notices.join()).toContain('3 pairs in train, 3 pairs in validation; 2 texts to be found');
  });

  it('keep those of one answer on one side of the split, and those of one group', async () => {
    const train = await write('many.jsonl', many(160));
    const { pairs } = await load({ train, validationShare: 0.2 });
    const answersOf = (side: { answer: number }[]): Set<number> => new Set(side.map(({ answer }) => answer));
    expect(pairs.validation).toHaveLength(32);
    expect([...answersOf(pairs.validation)].filter((answer) => answersOf(pairs.train).has(answer))).toEqual([]);
    expect(pairs.trainCandidates).toBe(32);
    const grouped = await load({ train, validationShare: 0.4, group: 'topic' });
    expect(grouped.pairs.validation).toHaveLength(80);
  });

  it('are left out where they repeat, and are found among all texts of all files', async () => {
    const train = await write('repeated.jsonl', [...many(40), ...many(40)]);
    const test = await write('test.jsonl', [{ query: 'another', answer: 'another answer' }]);
    const loaded = await load({ train, test, validationShare: 0.2 });
    expect(loaded.droppedDuplicates).toBe(40);
    expect(loaded.pairs.candidates).toHaveLength(11);
    expect(loaded.pairs.test).toMatchObject([{ answer: 10, right: [10] }]);
  });

  it('make a data set of their own, or lie beside labelled rows', async () => {
    const train = await write('own.jsonl', many(40));
    const alone = await loadDataset(configOf({ train, validationShare: 0.2 }));
    expect(alone).toMatchObject({ heads: [], train: [], report: { task: 'matching' }, fingerprint: { rows: 32, validationRows: 8 } });
    const labelled = await write(
      'labelled.jsonl',
      Array.from({ length: 20 }, (_, i) => ({ text: `text ${i}`, intent: i % 2 ? 'a' : 'b' })),
    );
    const tasks = [{ name: 'intent' }, { name: 'match', type: 'matching', data: { train, text: 'query', pair: 'answer' } }];
    const beside = await loadDataset(headConfigSchema.parse({ data: { train: labelled }, tasks }));
    expect(beside.heads).toMatchObject([{ name: 'intent', labels: ['a', 'b'] }]);
    expect(beside.matching?.name).toBe('match');
    expect(beside.fingerprint.files.map(({ file }) => file)).toEqual(['labelled.jsonl', 'own.jsonl']);
    expect(beside.report.notices.join()).toContain('Task match: ');
  });

  it.each([
    ['no pair at all', [{ query: 'a', answer: '' }], /none of the 1 rows has a text in both columns "query" and "answer"/],
    ['an object for a text', [{ query: { a: 1 }, answer: 'b' }], /row 1: column "query": the text is an object/],
    ['a list for an answer', [{ query: 'a', answer: ['b'] }], /row 1: column "answer": the text is a list/],
    ['another column', [{ question: 'a', answer: 'b' }], /has no column "query" for the text/],
    [
      'one answer for all',
      [
        { query: 'a', answer: 'b' },
        { query: 'c', answer: 'b' },
      ],
      /no validation rows can be set aside/,
    ],
  ])('are refused with file and row: %s', async (name, rows, message) => {
    const train = await write(`${name.replaceAll(' ', '-')}.jsonl`, rows);
    await expect(load({ train })).rejects.toThrow(message);
  });
});
