import type { Tokenizer } from '@attune/artifact';
import type { Random } from '../random';

export interface MaskingOptions {
  tokenizer: Tokenizer;
  vocabularySize: number;
  /** Share of the tokens that are to be foretold. */
  share: number;
  /** All tokens of a word, or none. */
  wholeWords: boolean;
}

/** A row with some of its words hidden. */
export interface MaskedRow {
  inputIds: Int32Array;
  /** Places of the hidden tokens, ascending. */
  places: Int32Array;
  /** The tokens that stood there. */
  words: Int32Array;
}

/** Of the tokens to be foretold, the share that the mask stands for, and that a random token stands for; the others stay. */
const MASKED = 0.8;
const REPLACED = 0.1;

/**
 * Hides words of rows as Devlin et al. (2019) do, all tokens of a word together: of 15 % of the tokens, the mask stands for 80 %, any token of
 * the vocabulary for 10 %, and 10 % stay as they are. Special tokens are never hidden; at least one word of a row is.
 */
export class WordMasking {
  private readonly mask: number;
  private readonly replacements: Int32Array;

  constructor(private readonly options: MaskingOptions) {
    const { tokenizer, vocabularySize } = options;
    if (tokenizer.maskTokenId === undefined) throw new RangeError('the tokenizer has no mask');
    this.mask = tokenizer.maskTokenId;
    const ids = Array.from({ length: vocabularySize }, (_, id) => id);
    this.replacements = Int32Array.from(ids.filter((id) => !tokenizer.specialTokenIds.has(id)));
  }

  /** @param inputIds with at least one token that is not special */
  apply(inputIds: Int32Array, random: Random): MaskedRow {
    const places = Int32Array.from(this.choose(inputIds, random)).sort();
    const hidden = Int32Array.from(inputIds);
    for (const place of places) {
      const draw = random.uniform();
      if (draw < MASKED) hidden[place] = this.mask;
      else if (draw < MASKED + REPLACED) hidden[place] = this.replacements[random.integer(this.replacements.length)];
    }
    return { inputIds: hidden, places, words: places.map((place) => inputIds[place]) };
  }

  /** Words in any order until their tokens are as many as wanted; one that would be too long is passed over. */
  private choose(inputIds: Int32Array, random: Random): number[] {
    const words = this.words(inputIds);
    const tokens = words.reduce((sum, { length }) => sum + length, 0);
    const wanted = Math.max(1, Math.round(tokens * this.options.share));
    random.shuffle(words);
    const chosen: number[] = [];
    for (const word of words) {
      if (chosen.length >= wanted) break;
      if (chosen.length + word.length <= wanted) chosen.push(...word);
    }
    return chosen.length > 0 ? chosen : words[0];
  }

  /** Places of each word's tokens. */
  private words(inputIds: Int32Array): number[][] {
    const { tokenizer, wholeWords } = this.options;
    const words: number[][] = [];
    let isOpen = false;
    inputIds.forEach((id, place) => {
      const isSpecial = tokenizer.specialTokenIds.has(id);
      if (!isSpecial && isOpen && wholeWords && tokenizer.continuesWord(id)) words[words.length - 1].push(place);
      else if (!isSpecial) words.push([place]);
      isOpen = !isSpecial;
    });
    return words;
  }
}
