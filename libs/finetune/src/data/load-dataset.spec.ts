import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { encodeExamples } from './encode';
import { loadDataset } from './load-dataset';
import { loadExamples, streamExamples, type ExampleOptions } from './load-examples';

const OK = join(__dirname, 'fixtures/ok');
const options = (changes: Partial<ExampleOptions> = {}): ExampleOptions => ({
  task: 'classification',
  labelSeparator: '|',
  normalization: headConfigSchema.parse({}).normalization,
  ...changes,
});

describe('loadExamples', () => {
  it('maps pairs, groups and times; a time without a zone is UTC', async () => {
    const columns = { text: 'question', pair: 'answer', label: 'verdict', group: 'thread', time: 'asked' };
    const { examples } = await loadExamples(join(OK, 'pairs-with-groups-and-times.csv'), columns, options());
    expect(examples).toEqual([
      { text: 'Can I return it?', pair: 'Within 30 days', label: '1', group: 'a', time: Date.UTC(2024, 4, 31), row: 1 },
      { text: 'Can I return it?', pair: 'Our shop is in Ulm', label: '0', group: 'a', time: Date.UTC(2024, 4, 31, 8), row: 2 },
      { text: 'Do you ship abroad?', pair: 'Yes', label: '1', group: 'b', time: 1_717_150_000_000, row: 3 },
    ]);
  });

  it.each(['multi-label.csv', 'multi-label.jsonl'])('reads label sets from %s', async (file) => {
    const { examples } = await loadExamples(join(OK, file), { text: 'text', label: 'label' }, options({ task: 'multi-label' }));
    expect(examples.slice(0, 2).map(({ label }) => label)).toEqual([['damage', 'delivery'], []]);
  });

  it('reads the types of Parquet: integers, lists, numbers, timestamps', async () => {
    const path = join(OK, 'types.parquet');
    const byClass = await loadExamples(path, { text: 'text', label: 'class', time: 'at' }, options());
    expect(byClass.examples).toEqual([
      { text: 'first', label: '3', time: 0, row: 1 },
      { text: 'second', label: '10', time: 1_700_000_000_000, row: 2 },
    ]);
    expect(byClass.withoutText).toEqual([3]);
    const byTags = await loadExamples(path, { text: 'text', label: 'tags' }, options({ task: 'multi-label' }));
    expect(byTags.examples.map(({ label }) => label)).toEqual([['a', 'b'], []]);
    const byScore = await loadExamples(path, { text: 'text', label: 'score' }, options({ task: 'regression' }));
    expect(byScore.examples.map(({ label }) => label)).toEqual([0.5, -1.25]);
  });

  it('leaves out rows without text and says which, or keeps them where asked', async () => {
    const path = join(OK, 'some-without-text.csv');
    const { examples, withoutText, rows } = await loadExamples(path, { text: 'text', label: 'label' }, options());
    expect(examples.map(({ row }) => row)).toEqual([1, 5]);
    expect({ withoutText, rows }).toEqual({ withoutText: [2, 3, 4], rows: 5 });
    const tally = { rows: 0, withoutText: [], withoutLabel: [] };
    const kept: string[] = [];
    for await (const { text } of streamExamples(path, { text: 'text' }, options({ withoutText: 'keep' }), tally)) kept.push(text);
    expect(kept).toEqual(['all fine', '', '', '', 'not fine']);
  });
});

describe('loadDataset', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-dataset-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const csv = (name: string, rows: [string, string | number][]): string => {
    const path = join(folder, name);
    writeFileSync(path, `text,label\n${rows.map(([text, label]) => `${text},${label}\n`).join('')}`);
    return path;
  };
  const config = (data: Record<string, unknown>, rest: Record<string, unknown> = {}): HeadConfig =>
    headConfigSchema.parse({ data, ...rest });
  const many: [string, string][] = Array.from({ length: 60 }, (_, at) => [`message number ${at} about ${at * 7919}`, at % 3 ? 'a' : 'b']);

  it('splits off validation rows, drops exact duplicates and reports it all', async () => {
    const train = csv('many.csv', [...many, many[0], ['message number 4 about 31676', 'b'], ['', 'a']]);
    const dataset = await loadDataset(config({ train }));
    expect(dataset.labels).toEqual(['a', 'b']);
    const rows = { train: dataset.train.length, validation: dataset.validation.length };
    expect(rows.train + rows.validation).toBe(61);
    expect(Math.abs(rows.validation - 6)).toBeLessThan(2);
    expect(dataset.test).toBeUndefined();
    expect(dataset.report.droppedDuplicates).toBe(1);
    expect(dataset.report.notices).toContain(`${train}: 1 of 63 rows have no text and are left out (row 63).`);
    expect(dataset.report.duplicates.conflictingLabels.texts).toBe(1);
    expect(dataset.report.splits.map(({ name, rows }) => [name, rows])).toEqual([
      ['train', rows.train],
      ['validation', rows.validation],
    ]);
    expect(dataset.fingerprint).toMatchObject({
      rows: rows.train,
      validationRows: rows.validation,
      testRows: 0,
      files: [{ split: 'train', file: 'many.csv', rows: 63 }],
    });
  });

  it('keeps duplicates where configured, and never drops test rows', async () => {
    const train = csv('repeated.csv', [...many, many[0], many[0]]);
    const test = csv('test.csv', [many[1], many[1], ['something new', 'a']]);
    const dataset = await loadDataset(config({ train, test, dropDuplicates: false }));
    expect(dataset.train.length + dataset.validation.length).toBe(62);
    expect(dataset.test).toHaveLength(3);
    const overlap = dataset.report.duplicates.acrossSplits.filter(({ split }) => split === 'test');
    expect(overlap.reduce((sum, { exact }) => sum + exact, 0)).toBe(2);
  });

  it('uses the validation file that is named', async () => {
    const dataset = await loadDataset(config({ train: csv('t.csv', many), validation: csv('v.csv', [['held out', 'b']]) }));
    expect(dataset.train).toHaveLength(60);
    expect(dataset.validation.map(({ text }) => text)).toEqual(['held out']);
  });

  it('reads several files as one, the rows counted through', async () => {
    const train = [csv('first.csv', many.slice(0, 40)), csv('second.csv', [...many.slice(40), many[0]])];
    const dataset = await loadDataset(config({ train }));
    const rows = [...dataset.train, ...dataset.validation].map(({ text, row }): [string, number] => [text, row]);
    expect(rows.sort(([, a], [, b]) => a - b)).toEqual(many.map(([text], at) => [text, at + 1]));
    expect(dataset.report.droppedDuplicates).toBe(1);
    expect(dataset.fingerprint.files).toMatchObject([
      { split: 'train', file: 'first.csv', rows: 40 },
      { split: 'train', file: 'second.csv', rows: 21 },
    ]);
    const empty = csv('empty.csv', [['without a label', '']]);
    await expect(loadDataset(config({ train: [...train, empty] }))).rejects.toMatchObject({
      message: expect.stringContaining('empty.csv: 1 of 1'),
    });
  });

  it('has the same fingerprint for the same data anywhere, another for another split or cleaning', async () => {
    const one = csv('one.csv', many);
    const two = csv('two.csv', many);
    const sha256 = async (value: HeadConfig): Promise<string> => (await loadDataset(value)).fingerprint.sha256;
    const original = await sha256(config({ train: one }));
    expect(await sha256(config({ train: two }))).toBe(original);
    expect(await sha256(config({ train: one }, { seed: 1 }))).not.toBe(original);
    expect(await sha256(config({ train: one }, { normalization: { maskUrls: true } }))).not.toBe(original);
  });

  it('sorts integer labels by number and others by code unit', async () => {
    const numbers = many.map(([text], at): [string, number] => [text, [10, 9, 0][at % 3]]);
    expect((await loadDataset(config({ train: csv('numbers.csv', numbers) }))).labels).toEqual(['0', '9', '10']);
    const words = many.map(([text], at): [string, string] => [text, ['b', 'Z', 'ä', 'a'][at % 4]]);
    expect((await loadDataset(config({ train: csv('words.csv', words) }))).labels).toEqual(['Z', 'a', 'b', 'ä']);
  });

  it('wonders about numbers as labels where nearly every row has its own', async () => {
    const measured = many.map(([text], at): [string, number] => [text, Math.floor(at / 1.5) + 0.5]);
    const { report } = await loadDataset(config({ train: csv('measured.csv', measured) }));
    expect(report.notices.some((notice) => notice.includes('if they are measured numbers, use task regression'))).toBe(true);
  });

  it('stops when interrupted', async () => {
    await expect(loadDataset(config({ train: csv('s.csv', many) }), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });

  it('needs training data', async () => {
    await expect(loadDataset(config({}))).rejects.toMatchObject({ code: 'wrong-use' });
  });
});

describe('encodeExamples', () => {
  const tokenizer = { encode: (text: string) => ({ inputIds: Int32Array.from(text, (letter) => letter.charCodeAt(0)) }) };

  it('turns labels into indices, 0/1 vectors or numbers', () => {
    const encode = (
      label: string | string[] | number | undefined,
      labels: string[],
      task: 'classification' | 'multi-label' | 'regression',
    ) =>
      encodeExamples(
        [{ text: 'ab', row: 1, ...(label === undefined ? {} : { label }) }],
        { tokenizer, maxLength: 16, entityMarkers: 'none' },
        labels,
        task,
      )[0];
    expect(encode('y', ['x', 'y'], 'classification')).toEqual({ inputIds: Int32Array.of(97, 98), target: 1, index: 0 });
    expect(encode(['z', 'x'], ['x', 'y', 'z'], 'multi-label').target).toEqual(Float32Array.of(1, 0, 1));
    expect(encode(2.5, ['score'], 'regression').target).toBe(2.5);
    expect(encode(undefined, ['x'], 'classification').target).toBeNaN();
    expect(() => encode('w', ['x', 'y'], 'classification')).toThrow('the model has no label "w"');
  });

  it('marks where a text names its second text, if that is wanted', () => {
    const seen: string[] = [];
    const listening = {
      encode: (text: string, pair: string | undefined) => (seen.push(`${text}|${pair}`), { inputIds: Int32Array.of(1) }),
    };
    const examples = [
      { text: 'Ardmore beat Kilbride', pair: 'Kilbride', row: 1 },
      { text: 'Ardmore beat Kilbride', row: 2 },
    ];
    for (const entityMarkers of ['punctuation', 'none'] as const) {
      encodeExamples(examples, { tokenizer: listening, maxLength: 16, entityMarkers }, [], 'classification');
    }
    expect(seen).toEqual([
      'Ardmore beat @ Kilbride @|Kilbride',
      'Ardmore beat Kilbride|undefined',
      'Ardmore beat Kilbride|Kilbride',
      'Ardmore beat Kilbride|undefined',
    ]);
  });
});
