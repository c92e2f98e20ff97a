import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadTokenizer, textNormalizationSchema, type Tokenizer } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { pretrainingKeys } from '../config/pretraining-config';
import { Random } from '../random';
import { TextCorpus } from './corpus';
import { readRawTexts } from './raw-texts';
import { shuffled } from './shuffle';
import { TextRows } from './text-rows';

const WORDS = 'the parcel with the lamp has not arrived where is the shipment of my coat when will it come'.split(' ');
const cleaning = textNormalizationSchema.parse({});

let folder: string;
let tokenizer: Tokenizer;
let vocabularySize: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-corpus-'));
  ({ vocabularySize } = createTinyEncoder(join(folder, 'encoder')));
  tokenizer = await loadTokenizer(join(folder, 'encoder'));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const textNumber = (number: number): string => `${WORDS[number % WORDS.length]} ${WORDS[(7 * number) % WORDS.length]} ${number}`;
const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => textNumber(from + i));

async function textsOf(file: string, column = 'text'): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of readRawTexts(path(file), { column, cleaning })) texts.push(text);
  return texts;
}

describe('raw texts', () => {
  it.each([
    ['lines', 'news.txt', 'first &amp; foremost\r\n\n  second\t text \n', ['first & foremost', 'second text']],
    ['gzipped lines', 'news.txt.gz', gzipSync('one\ntwo'), ['one', 'two']],
    ['a column of JSON Lines', 'news.jsonl', '{"text":"one","id":1}\n{"text":null}\n{"text":"two"}\n', ['one', 'two']],
    ['a column of CSV', 'news.csv', 'id,text\n1,"one, and"\n2,\n3,two\n', ['one, and', 'two']],
  ])('are %s, cleaned, empty ones left out', async (_, file, content, expected) => {
    await writeFile(path(file), content);
    expect(await textsOf(file)).toEqual(expected);
  });

  it.each([
    ['a file that is not there', 'absent.txt', undefined, 'missing-file', /absent\.txt does not exist/],
    [
      'a missing column',
      'columns.csv',
      'id,body\n1,a\n',
      'missing-column',
      /no column "text" for the raw text; its columns are "id", "body"/,
    ],
    ['an unknown extension', 'news.pdf', 'x', 'wrong-use', /news\.pdf: the extension does not say/],
    ['another encoding', 'latin.txt', Buffer.from('fine\ncaf\xe9\n', 'latin1'), 'bad-data', /latin\.txt, row 2: the text is not UTF-8/],
    ['UTF-16', 'wide.txt', Buffer.from('\ufefftext', 'utf16le'), 'bad-data', /is UTF-16/],
    ['gzip that is cut off', 'cut.txt.gz', gzipSync('one\ntwo\n'.repeat(100)).subarray(0, 20), 'bad-data', /cut off/],
  ])('say of %s where it is', async (_, file, content, code, message) => {
    if (content !== undefined) await writeFile(path(file), content);
    await expect(textsOf(file)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe('rows of texts', () => {
  const rowsOf = async (texts: string[], options: { maxLength: number; packing: boolean }): Promise<Int32Array[]> => {
    const rows: Int32Array[] = [];
    const raw = async function* () {
      for (const text of texts) yield await Promise.resolve({ text, origin: text });
    };
    for await (const { inputIds } of new TextRows({ tokenizer, encoder: 'tiny', causal: false, ...options }).of(raw())) rows.push(inputIds);
    return rows;
  };
  const inner = (rows: Int32Array[]): number[] => rows.flatMap((ids) => [...ids.subarray(1, -1)]);

  it('hold a text each, a long one cut before a word', async () => {
    const long = 'parcel zxyqzz '.repeat(20).trim();
    const rows = await rowsOf(['the coat', long], { maxLength: 12, packing: false });
    expect([...rows[0]]).toEqual([...tokenizer.encode('the coat', undefined, 12).inputIds]);
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(12);
    expect(inner(rows.slice(1))).toEqual(tokenizer.encodePiece(long));
    for (const ids of rows.slice(1)) expect(tokenizer.continuesWord(ids[1])).toBe(false);
  });

  it('hold several short texts where they are packed', async () => {
    const texts = numbered(0, 30);
    const rows = await rowsOf(texts, { maxLength: 24, packing: true });
    expect(rows.length).toBeLessThan(15);
    const end = tokenizer.encode('', undefined, 4).inputIds[1];
    expect(inner(rows).filter((id) => id !== end)).toEqual(texts.flatMap((text) => tokenizer.encodePiece(text)));
  });
});

describe('a corpus', () => {
  const corpusOf = (files: string[], keys: Record<string, unknown> = {}): TextCorpus =>
    new TextCorpus({
      files: files.map(path),
      settings: pretrainingKeys.parse({ validationShare: 0.2, shuffleRows: 16, ...keys }),
      cleaning,
      seed: 3,
      signal: new AbortController().signal,
    });
  const rows = (): TextRows => new TextRows({ tokenizer, encoder: 'tiny', causal: false, maxLength: 24, packing: false });
  const keysOf = async (stream: AsyncIterable<{ inputIds: Int32Array }>): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { inputIds } of stream) keys.push(inputIds.join());
    return keys;
  };

  beforeAll(async () => {
    await writeFile(path('a.txt'), numbered(0, 120).join('\n'));
    await writeFile(path('b.txt'), [...numbered(100, 200), ''].join('\n'));
  });

  it('sets the same texts aside wherever they stand, and never learns from them', async () => {
    const one = await corpusOf(['a.txt', 'b.txt']).survey(rows(), vocabularySize);
    const other = await corpusOf(['b.txt', 'a.txt']).survey(rows(), vocabularySize);
    const heldOut = one.heldOut.map(({ inputIds }) => inputIds.join());
    expect(other.heldOut.map(({ inputIds }) => inputIds.join())).toEqual(heldOut);
    expect(heldOut.length).toBeGreaterThan(20);
    expect(heldOut.length).toBeLessThan(60);
    const learned = await keysOf(corpusOf(['a.txt', 'b.txt']).rows(0, rows(), one.threshold));
    expect(learned).toHaveLength(one.rows);
    expect(learned.filter((key) => heldOut.includes(key))).toEqual([]);
    expect(one.counts.reduce((sum, count) => sum + count, 0)).toBe(one.tokens);
  });

  it('comes in another order each epoch, which the seed decides', async () => {
    const corpus = corpusOf(['a.txt', 'b.txt']);
    const epoch = (number: number): Promise<string[]> => keysOf(corpus.rows(number, rows(), 0.2));
    const [first, again, second] = [await epoch(0), await epoch(0), await epoch(1)];
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
    expect([...second].sort()).toEqual([...first].sort());
  });

  it('sets one text aside where none lies below the share, and wants two', async () => {
    const { heldOut, texts } = await corpusOf(['a.txt'], { validationShare: 1e-9 }).survey(rows(), vocabularySize);
    expect([heldOut.length, texts]).toEqual([1, 119]);
    await writeFile(path('blank.txt'), '\n \n');
    await expect(corpusOf(['blank.txt']).survey(rows(), vocabularySize)).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringContaining('There is no text to learn from') as string,
    });
  });

  it('shuffles within the rows that it holds', async () => {
    const numbers = async function* () {
      for (let number = 0; number < 100; number++) yield await Promise.resolve(number);
    };
    const order: number[] = [];
    for await (const number of shuffled(numbers(), 10, new Random(1))) order.push(number);
    expect([...order].sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, number) => number));
    order.forEach((number, place) => expect(number).toBeLessThan(place + 11));
    expect(order.slice(0, 20)).not.toEqual([...order.slice(0, 20)].sort((one, other) => one - other));
  });
});
