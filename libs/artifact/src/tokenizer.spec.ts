import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, paddingToken } from './tokenizer';

interface Expected {
  padTokenId: number;
  cases: { text: string; pair?: string; maxLength: number; inputIds: number[]; tokenTypeIds?: number[] }[];
}

const fixtures = join(__dirname, '../test/fixtures/tokenizers');

describe.each(['wordpiece', 'byte-level-bpe', 'end-of-text', 'unigram'])('the %s tokenizer', (name) => {
  const directory = join(fixtures, name);
  const expected = JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8')) as Expected;

  it("gives the ids of Python's AutoTokenizer, for texts, pairs and every length", async () => {
    const tokenizer = await loadTokenizer(directory);
    expect(tokenizer.padTokenId).toBe(expected.padTokenId);
    for (const { text, pair, maxLength, inputIds, tokenTypeIds } of expected.cases) {
      const encoded = tokenizer.encode(text, pair, maxLength);
      expect({ text, pair, maxLength, ids: [...encoded.inputIds] }).toEqual({ text, pair, maxLength, ids: inputIds });
      if (tokenTypeIds !== undefined) expect([...(encoded.tokenTypeIds ?? [])]).toEqual(tokenTypeIds);
    }
  });

  it('gives segment ids only where the encoder has a second segment', async () => {
    const tokenizer = await loadTokenizer(directory);
    expect(tokenizer.encode('a', 'b', 16).tokenTypeIds !== undefined).toBe(name === 'wordpiece');
  });

  it('cuts a text of ten megabytes to the tokens of its beginning, and quickly', async () => {
    const tokenizer = await loadTokenizer(directory);
    const sentence = 'the refund of my card payment was late, and the parcel lost. ';
    const started = performance.now();
    const long = tokenizer.encode(sentence.repeat(170_000), undefined, 128);
    expect(performance.now() - started).toBeLessThan(2000);
    expect([...long.inputIds]).toEqual([...tokenizer.encode(sentence.repeat(60), undefined, 128).inputIds]);
    expect(tokenizer.encode('中'.repeat(2_000_000), undefined, 128).inputIds.length).toBeLessThanOrEqual(128);
    expect(tokenizer.encode(' '.repeat(2_000_000), undefined, 128).inputIds.length).toBeLessThanOrEqual(128);
  });
});

describe('loadTokenizer', () => {
  const directory = mkdtempSync(join(tmpdir(), 'attune-tokenizer-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('says which file is missing and how to make it', async () => {
    await expect(loadTokenizer(directory)).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('tokenizer.json'),
      remedy: expect.any(String),
    });
  });

  it('refuses a file that is cut short', async () => {
    writeFileSync(join(directory, 'tokenizer.json'), readFileSync(join(fixtures, 'wordpiece/tokenizer.json'), 'utf8').slice(0, 500));
    await expect(loadTokenizer(directory)).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('gives a text without tokens the one that ends a text, which pads where nothing else does', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, 'end-of-text'));
    expect([...tokenizer.encode('', undefined, 16).inputIds]).toEqual([tokenizer.endTokenId]);
    expect(await paddingToken(join(fixtures, 'end-of-text'))).toEqual({ pad_token: '<|endoftext|>' });
    expect(await paddingToken(join(fixtures, 'byte-level-bpe'))).toEqual({});
  });

  it('refuses a maximum length without room for the special tokens', async () => {
    const tokenizer = await loadTokenizer(join(fixtures, 'wordpiece'));
    expect(() => tokenizer.encode('a', 'b', 2)).toThrow(/no room/);
  });
});
