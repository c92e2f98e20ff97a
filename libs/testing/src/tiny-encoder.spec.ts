import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer } from '@attune/artifact';
import { createTinyEncoder, type TinyEncoderFamily } from './tiny-encoder';

const families: TinyEncoderFamily[] = ['bert', 'roberta', 'distilbert', 'mpnet'];

describe('createTinyEncoder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-encoder-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const configOf = (directory: string): Record<string, unknown> => JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));

  it.each(families)('writes weights of the shapes that the %s config names', (family) => {
    const { directory, weights, vocabularySize } = createTinyEncoder(join(folder, family), { family, hiddenSize: 16, layers: 3 });
    const config = configOf(directory);
    expect(config['model_type']).toBe(family);
    expect(config['vocab_size']).toBe(vocabularySize);
    expect(weights.get('embeddings.word_embeddings.weight')?.shape).toEqual([vocabularySize, 16]);
    expect(weights.get('embeddings.position_embeddings.weight')?.shape).toEqual([config['max_position_embeddings'], 16]);
    const layers = [...weights.keys()].map((name) => /layer\.(\d+)\./.exec(name)?.[1]).filter((layer) => layer !== undefined);
    expect(new Set(layers)).toEqual(new Set(['0', '1', '2']));
    for (const { shape, values } of weights.values()) expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
  });

  it('writes the same bytes for the same seed, others for another', () => {
    const bytes = (name: string, seed: number): Buffer =>
      readFileSync(join(createTinyEncoder(join(folder, name), { seed }).directory, 'model.safetensors'));
    const first = bytes('first', 7);
    expect(bytes('again', 7).equals(first)).toBe(true);
    expect(bytes('other', 8).equals(first)).toBe(false);
  });

  it('prefixes names as checkpoints with a head do, and leaves the pooler out when asked', () => {
    const { weights } = createTinyEncoder(join(folder, 'prefixed'), { prefixed: true, pooler: false });
    expect([...weights.keys()].every((name) => name.startsWith('bert.'))).toBe(true);
    expect([...weights.keys()].some((name) => name.includes('pooler'))).toBe(false);
  });

  it('has a WordPiece tokenizer that keeps known words whole and spells out others', async () => {
    const { directory } = createTinyEncoder(join(folder, 'word-piece'));
    const pieces = readFileSync(join(directory, 'vocab.txt'), 'utf8').trimEnd().split('\n');
    expect(new Set(pieces).size).toBe(pieces.length);
    const tokenizer = await loadTokenizer(directory);
    const { inputIds, tokenTypeIds } = tokenizer.encode('My Parcel: zap', 'no refund', 64);
    expect(Array.from(inputIds, (id) => pieces[id])).toEqual([
      '[CLS]',
      'my',
      'parcel',
      ':',
      'z',
      '##a',
      '##p',
      '[SEP]',
      'no',
      'refund',
      '[SEP]',
    ]);
    expect(Array.from(tokenTypeIds ?? [])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
  });

  it('has a byte-level tokenizer for RoBERTa, with every word after a space in one token', async () => {
    const { directory } = createTinyEncoder(join(folder, 'byte-level'), { family: 'roberta' });
    const ids: Record<string, number> = JSON.parse(readFileSync(join(directory, 'vocab.json'), 'utf8'));
    const tokenizer = await loadTokenizer(directory);
    expect(tokenizer.padTokenId).toBe(1);
    const { inputIds } = tokenizer.encode('no parcel here', undefined, 64);
    expect([...inputIds]).toEqual(['<s>', 'n', 'o', 'Ġparcel', 'Ġhere', '</s>'].map((piece) => ids[piece]));
  });

  it('has no segment ids for DistilBERT', async () => {
    const { directory } = createTinyEncoder(join(folder, 'no-segments'), { family: 'distilbert' });
    expect((await loadTokenizer(directory)).encode('hello', 'there', 64).tokenTypeIds).toBeUndefined();
  });
});
