import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, type Tokenizer } from '@attune/artifact';
import { createTinyEncoder, type TinyEncoderFamily } from '@attune/testing';
import { Random } from '../random';
import { WordMasking } from './whole-word-masking';

const TEXT = 'the parcel has not arrived zxyqzz and the courier left qwxqw at the wrong house 123 times today';

describe.each<TinyEncoderFamily>(['bert', 'roberta'])('words hidden of %s', (family) => {
  let folder: string;
  let tokenizer: Tokenizer;
  let vocabularySize: number;
  let ids: Int32Array;
  const masking = (share: number, wholeWords = true): WordMasking => new WordMasking({ tokenizer, vocabularySize, share, wholeWords });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-masking-'));
    ({ vocabularySize } = createTinyEncoder(folder, { family }));
    tokenizer = await loadTokenizer(folder);
    ids = tokenizer.encode(TEXT, undefined, 64).inputIds;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are whole, keep what stood there, and leave special tokens alone', () => {
    expect(ids.some((id) => tokenizer.continuesWord(id))).toBe(true);
    for (let seed = 0; seed < 200; seed++) {
      const { places, words, inputIds } = masking(0.4).apply(ids, new Random(seed));
      const hidden = new Set(places);
      expect([...words]).toEqual([...places].map((place) => ids[place]));
      expect([...places]).toEqual([...hidden].sort((one, other) => one - other));
      expect(hidden.has(0) || hidden.has(ids.length - 1)).toBe(false);
      ids.forEach((id, place) => {
        if (place > 1 && tokenizer.continuesWord(id)) expect(hidden.has(place)).toBe(hidden.has(place - 1));
        if (!hidden.has(place)) expect(inputIds[place]).toBe(id);
      });
    }
  });

  it('are as many as the share says: of these 80 % the mask, 10 % any token, 10 % as they were', () => {
    const counts = { all: 0, mask: 0, same: 0, other: 0 };
    for (let seed = 0; seed < 3000; seed++) {
      const { places, words, inputIds } = masking(0.15, false).apply(ids, new Random(seed));
      expect(places.length).toBe(Math.round(0.15 * (ids.length - 2)));
      places.forEach((place, i) => {
        counts.all++;
        if (inputIds[place] === tokenizer.maskTokenId) counts.mask++;
        else if (inputIds[place] === words[i]) counts.same++;
        else counts.other++;
        expect(tokenizer.specialTokenIds.has(inputIds[place]) && inputIds[place] !== tokenizer.maskTokenId).toBe(false);
      });
    }
    expect(counts.mask / counts.all).toBeCloseTo(0.8, 1);
    expect(counts.same / counts.all).toBeCloseTo(0.1, 1);
    expect(counts.other / counts.all).toBeCloseTo(0.1, 1);
  });

  it('are at least one, however short the text', () => {
    const short = tokenizer.encode('zxyqzz', undefined, 64).inputIds;
    const { places } = masking(0.15).apply(short, new Random(1));
    expect(places.length).toBe(short.length - 2);
  });
});
