import type { Tokenizer, Word } from '@attune/artifact';

/** A word, and the places of its tokens in the whole input. */
export interface WordTokens extends Word {
  tokens: number[];
}

/** Places that are tried for the begin of a text's tokens: special tokens stand before it. */
const MOST_BEFORE = 4;

/**
 * Which tokens of an input belong to which word of its first text: the text is tokenised piece by piece, and where the pieces together give
 * the tokens of the whole, each knows its own. Pieces are words and what stands between them, or else what blanks part; a piece
 * keeps the blanks before it, which some vocabularies hold in their tokens.
 *
 * @param whole tokens of the input, with special tokens and those of a second text, cut to its length
 * @returns words whose tokens are there; a word that was cut off is left out. Undefined where no way of parting gives the same tokens
 */
export function wordTokens(text: string, words: readonly Word[], whole: Int32Array, tokenizer: Tokenizer): WordTokens[] | undefined {
  const before = tokenizer.encode('', undefined, 64).inputIds.length;
  for (const pieces of [piecesByWord(text, words), piecesByBlank(text)]) {
    const counts = pieces.map((piece) => tokensOf(text.slice(piece.start, piece.end), tokenizer, before));
    const start = placeIn(whole, counts.flat());
    if (start === undefined) continue;
    return assign(pieces, counts, words, start, whole.length);
  }
  return undefined;
}

type Piece = Pick<Word, 'start' | 'end'>;

/** Each word with the blanks before it, and each stretch between two words. */
function piecesByWord(text: string, words: readonly Word[]): Piece[] {
  const cuts = new Set<number>([0, text.length]);
  for (const { start, end } of words) {
    const blanks = /\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
    cuts.add(start - blanks).add(end);
  }
  return piecesBetween([...cuts]);
}

function piecesByBlank(text: string): Piece[] {
  return piecesBetween([0, text.length, ...[...text.matchAll(/\s+/g)].map(({ index }) => index)]);
}

function piecesBetween(cuts: number[]): Piece[] {
  const sorted = [...new Set(cuts)].sort((one, other) => one - other);
  return sorted.slice(1).map((end, index) => ({ start: sorted[index], end }));
}

/** Token ids of a piece by itself, without the special tokens around it. */
function tokensOf(piece: string, tokenizer: Tokenizer, specials: number): number[] {
  const { inputIds } = tokenizer.encode(piece, undefined, 1 << 14);
  const first = Math.ceil(specials / 2);
  return [...inputIds.subarray(first, inputIds.length - (specials - first))];
}

/** Where tokens, or as many of them as were kept, begin in the input. */
function placeIn(whole: Int32Array, tokens: readonly number[]): number | undefined {
  if (tokens.length === 0) return undefined;
  for (let start = 0; start <= MOST_BEFORE && start < whole.length; start++) {
    // A text that was cut ends before the special token at the end.
    const compared = Math.min(tokens.length, whole.length - start - 1);
    if (compared > 0 && tokens.slice(0, compared).every((token, place) => whole[start + place] === token)) return start;
  }
  return undefined;
}

function assign(
  pieces: readonly Piece[],
  tokens: readonly number[][],
  words: readonly Word[],
  start: number,
  length: number,
): WordTokens[] {
  let at = start;
  const places = pieces.map((piece, index) => {
    const own = tokens[index].map((_, offset) => at + offset).filter((place) => place < length - 1);
    at += tokens[index].length;
    return { ...piece, own };
  });
  return words.flatMap((word) => {
    const own = places.filter((piece) => piece.start < word.end && piece.end > word.start).flatMap((piece) => piece.own);
    return own.length === 0 ? [] : [{ ...word, tokens: own }];
  });
}
