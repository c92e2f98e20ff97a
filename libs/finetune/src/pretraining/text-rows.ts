import { AttuneError, type Tokenizer } from '@attune/artifact';
import type { RawText } from './raw-texts';

/** Token ids of a row, special tokens included, and the text that it begins with. */
export interface TextRow {
  inputIds: Int32Array;
  origin: string;
}

export interface TextRowOptions {
  tokenizer: Tokenizer;
  /** Tokens of a row at most. */
  maxLength: number;
  /** Whether texts that follow one another share rows. */
  packing: boolean;
  /** Name of the encoder, for a message. */
  encoder: string;
  /** Whether it reads from left to right: a row then begins with its text, and only the text's end follows. */
  causal: boolean;
}

/** Characters of a long text that are tokenised at once. */
const CHARACTERS_AT_ONCE = 1 << 15;

/**
 * Texts as rows of tokens. A long text becomes several, cut where a word begins; short ones share a row where they are packed, with the
 * token that ends a text between them (the full sentences of Liu et al. 2019). Rows with no token that could be foretold are left out.
 */
export class TextRows {
  private readonly begin: readonly number[];
  private readonly end: number;
  private readonly room: number;

  /** @throws AttuneError `unsupported-encoder` for a tokenizer without a mask, or without one special token before and after a text */
  constructor(private readonly options: TextRowOptions) {
    const { tokenizer, maxLength, encoder, causal } = options;
    if (causal) {
      this.begin = [];
      this.end = tokenizer.endTokenId ?? tokenizer.padTokenId;
      this.room = maxLength - 1;
      return;
    }
    const around = tokenizer.encode('', undefined, maxLength).inputIds;
    if (tokenizer.maskTokenId === undefined || around.length !== 2) {
      throw new AttuneError(
        'unsupported-encoder',
        `${encoder}: its tokenizer has no mask token, or not one special token before and after a text.`,
        { remedy: 'Choose another encoder; pretraining masks words.' },
      );
    }
    this.begin = [around[0]];
    this.end = around[1];
    this.room = maxLength - around.length;
  }

  /** The rows of a file's texts. */
  async *of(texts: AsyncIterable<RawText>): AsyncGenerator<TextRow> {
    if (this.options.packing) yield* this.packed(texts);
    else for await (const raw of texts) yield* this.ofText(raw);
  }

  /** The rows of a text by itself. */
  *ofText({ text, origin }: RawText): Generator<TextRow> {
    for (const piece of this.pieces(this.tokens(text))) yield* this.row(piece, origin);
  }

  private async *packed(texts: AsyncIterable<RawText>): AsyncGenerator<TextRow> {
    let filled: number[] = [];
    let from = '';
    for await (const { text, origin } of texts) {
      for (const piece of this.pieces(this.tokens(text))) {
        const between = filled.length === 0 ? [] : [this.end];
        if (filled.length + between.length + piece.length > this.room) {
          yield* this.row(filled, from);
          filled = piece;
          from = origin;
        } else {
          if (filled.length === 0) from = origin;
          filled = [...filled, ...between, ...piece];
        }
      }
    }
    yield* this.row(filled, from);
  }

  private *row(tokens: number[], origin: string): Generator<TextRow> {
    const { specialTokenIds } = this.options.tokenizer;
    if (tokens.every((id) => specialTokenIds.has(id))) return;
    yield { inputIds: Int32Array.of(...this.begin, ...tokens, this.end), origin };
  }

  private tokens(text: string): number[] {
    const { tokenizer } = this.options;
    const tokens: number[] = [];
    for (let start = 0; start < text.length;) {
      const space = text.length - start <= CHARACTERS_AT_ONCE ? -1 : text.indexOf(' ', start + CHARACTERS_AT_ONCE);
      const end = space < 0 ? text.length : space;
      for (const id of tokenizer.encodePiece(text.slice(start, end))) tokens.push(id);
      start = end;
    }
    return tokens;
  }

  /** Parts that fit a row, each from a word's begin on where a word is not itself longer than a row. */
  private *pieces(tokens: number[]): Generator<number[]> {
    const { tokenizer } = this.options;
    for (let start = 0; start < tokens.length;) {
      let end = Math.min(tokens.length, start + this.room);
      if (end < tokens.length) {
        let cut = end;
        while (cut > start && tokenizer.continuesWord(tokens[cut])) cut--;
        if (cut > start) end = cut;
      }
      yield tokens.slice(start, end);
      start = end;
    }
  }
}
