import { wordPieceFixture } from '@attune/testing';
import { countWords } from './count-words';
import { CONTINUATION, learnWordPieces } from './learn-word-pieces';

const { counts, special, pieces } = wordPieceFixture();

describe('the pieces learned from words', () => {
  it.each(Object.keys(pieces))("are those of Hugging Face's trainer, in a vocabulary of %s", (size) => {
    expect(learnWordPieces(new Map(Object.entries(counts)), { size: Number(size), special })).toEqual(pieces[size]);
  });

  it('do not depend on the order of the words', () => {
    const words = Object.entries(counts);
    const options = { size: 200, special: ['[UNK]'] };
    expect(learnWordPieces(new Map(words.reverse()), options)).toEqual(learnWordPieces(new Map(Object.entries(counts)), options));
  });

  it('spell every word that has known characters', () => {
    const known = new Set(learnWordPieces(new Map(Object.entries(counts)), { size: 120, special: ['[UNK]'] }));
    for (const word of Object.keys(counts)) {
      [...word].forEach((letter, place) => expect(known).toContain(place === 0 ? letter : CONTINUATION + letter));
    }
  });
});

async function* stream(...texts: string[]): AsyncGenerator<string[]> {
  for (const text of texts) {
    await Promise.resolve();
    yield text.split(' ');
  }
}

describe('counting words', () => {
  it('counts each', async () => {
    expect(await countWords(stream('a b a', 'c a'))).toEqual(
      new Map([
        ['a', 3],
        ['b', 1],
        ['c', 1],
      ]),
    );
  });

  it('forgets the rarest where there are too many', async () => {
    const counted = await countWords(stream('a a a a b', 'c d a a b b', 'e f g a'), 3);
    expect(counted.size).toBeLessThanOrEqual(3);
    expect(counted.get('a')).toBe(7);
  });
});
