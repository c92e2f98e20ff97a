import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreTrainedTokenizer } from '@xenova/transformers';
import { z } from 'zod';
import { AttuneError } from './errors';
import { isMissing } from './file-errors';
import { addedTokens, parseSequenceTemplate, type SequenceTemplate, type TemplatePiece } from './tokenizer-template';
import { continuationMark } from './word-marks';

/** Token ids of one text or pair of texts, with special tokens, not padded. */
export interface TokenizedText {
  inputIds: Int32Array;
  /** Segment ids, same length; absent where the encoder has no second segment (all would be 0). */
  tokenTypeIds?: Int32Array;
}

/** What a tokenizer.json says about its tokens. */
interface TokenizerVocabulary {
  specialTokenIds: ReadonlySet<number>;
  /** Whether a token goes on with the word before it; undefined where that is not marked. */
  goesOn: ((token: string) => boolean) | undefined;
}

/** Files of a tokenizer, in the order of their importance; all but the first may be absent. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.txt',
  'vocab.json',
  'merges.txt',
  'sentencepiece.bpe.model',
] as const;

/** Characters of a long text that are tokenised at first, for each token wanted. */
const CHARACTERS_PER_TOKEN = 16;
const SMALLEST_WINDOW = 4096;
/** Characters searched for white space at which a long text can be cut without changing a token before it. */
const CUT_SEARCH = 4096;
/** Tokens next to a cut that are not trusted, for text without white space. */
const CUT_MARGIN = 16;
/** No text is looked at beyond this many characters, however few tokens they gave (white space, one endless word). */
const LARGEST_WINDOW = 1 << 15;

/** Ideographs beyond the basic plane, around which BERT's normalizer puts spaces; the JavaScript one looks at single code units. */
const SUPPLEMENTARY_IDEOGRAPHS = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Turns texts into token ids as Python's fast tokenizers do with `truncation=True`. */
export class Tokenizer {
  private continuations: ReadonlySet<number> | undefined;

  constructor(
    private readonly tokenizer: PreTrainedTokenizer,
    private readonly template: SequenceTemplate,
    /** Id that fills the short rows of a batch. */
    readonly padTokenId: number,
    private readonly withTokenTypes: boolean,
    /** The `normalizer` of tokenizer.json is BERT's. */
    private readonly bertNormalizer: { lowercase: boolean } | undefined,
    private readonly vocabulary: TokenizerVocabulary,
  ) {}

  /** Ids of tokens that stand for no text: padding, begin and end, the gap, what is unknown. */
  get specialTokenIds(): ReadonlySet<number> {
    return this.vocabulary.specialTokenIds;
  }

  /** Whether a token goes on with the word before it, as far as the vocabulary marks that; else every token is a word. */
  continuesWord(id: number): boolean {
    this.continuations ??= this.findContinuations();
    return this.continuations.has(id);
  }

  private findContinuations(): Set<number> {
    const { goesOn, specialTokenIds } = this.vocabulary;
    const found = new Set<number>();
    if (goesOn === undefined) return found;
    for (const [token, id] of this.tokenizer.get_vocab()) if (goesOn(token) && !specialTokenIds.has(id)) found.add(id);
    return found;
  }

  /** The words of a text as they come apart before any is cut into tokens: normalised, split at white space and, mostly, around punctuation. */
  words(text: string): string[] {
    const { normalizer, pre_tokenizer: preTokenizer } = this.tokenizer._tokenizer;
    const settled = this.bertNormalizer === undefined ? text : this.asRustNormalizes(text, this.bertNormalizer);
    const normal = normalizer === null ? settled : normalizer.normalize(settled);
    return preTokenizer === null ? [normal] : preTokenizer.pre_tokenize(normal);
  }

  /** Id of the token that stands for a gap; undefined where the tokenizer has none. */
  get maskTokenId(): number | undefined {
    const id: unknown = this.tokenizer.mask_token_id;
    return typeof id === 'number' ? id : undefined;
  }

  /** Id of the token that stands for what is not in the vocabulary; undefined where there is no such token. */
  get unknownTokenId(): number | undefined {
    const id: unknown = this.tokenizer.unk_token_id;
    return typeof id === 'number' ? id : undefined;
  }

  /** Id of the token that ends a text; undefined where the tokenizer has none. */
  get endTokenId(): number | undefined {
    const id: unknown = this.tokenizer.eos_token_id;
    return typeof id === 'number' ? id : undefined;
  }

  /** The text of token ids, special tokens left out. */
  decode(ids: readonly number[]): string {
    return this.tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  /** Token ids of a piece of text without special tokens around it, whole. */
  encodePiece(text: string): number[] {
    return this.tokens(text);
  }

  /**
   * Token ids of a text, or of a pair of texts, cut to `maxLength` tokens, special tokens counted. A text is cut at its end; of a
   * pair, the longer text is cut first (`longest_first`).
   *
   * @throws AttuneError `wrong-use` when `maxLength` has no room for the special tokens.
   */
  encode(text: string, pair: string | undefined, maxLength: number): TokenizedText {
    const pieces = pair === undefined ? this.template.single : this.template.pair;
    const room = maxLength - addedTokens(pieces);
    if (room < 0) {
      throw new AttuneError(
        'wrong-use',
        `A maximum length of ${maxLength} tokens leaves no room beside the encoder's ${addedTokens(pieces)} special tokens.`,
        {
          remedy: 'Choose a larger maximum length.',
        },
      );
    }
    // One token more than there is room for tells a text that must be cut from one that fits exactly.
    const first = this.firstTokens(text, room + 1);
    const second = pair === undefined ? [] : this.firstTokens(pair, room + 1);
    // Without special tokens an empty text would have none at all; the padding token of such an encoder is the end of a text.
    if (first.length + second.length + addedTokens(pieces) === 0) first.push(this.padTokenId);
    const [keepFirst, keepSecond] =
      pair === undefined ? [Math.min(first.length, room), 0] : longestFirst(first.length, second.length, room);
    return this.assemble(pieces, first, keepFirst, second, keepSecond);
  }

  private assemble(pieces: TemplatePiece[], first: number[], keepFirst: number, second: number[], keepSecond: number): TokenizedText {
    const length = addedTokens(pieces) + keepFirst + keepSecond;
    const inputIds = new Int32Array(length);
    const tokenTypeIds = this.withTokenTypes ? new Int32Array(length) : undefined;
    let at = 0;
    for (const piece of pieces) {
      const ids = piece.kind === 'special' ? piece.ids : piece.which === 'A' ? first : second;
      const count = piece.kind === 'special' ? ids.length : piece.which === 'A' ? keepFirst : keepSecond;
      for (let i = 0; i < count; i++) inputIds[at + i] = ids[i];
      if (tokenTypeIds !== undefined && piece.type !== 0) tokenTypeIds.fill(piece.type, at, at + count);
      at += count;
    }
    return tokenTypeIds === undefined ? { inputIds } : { inputIds, tokenTypeIds };
  }

  /** At least the first `limit` tokens of a text, or all; reads no more of a very long text than it needs. */
  private firstTokens(text: string, limit: number): number[] {
    for (let window = Math.max(SMALLEST_WINDOW, limit * CHARACTERS_PER_TOKEN); ; window *= 4) {
      if (text.length <= window + CUT_SEARCH) return this.tokens(text);
      const tokens = this.tokens(text.slice(0, cutPosition(text, window)));
      if (tokens.length >= limit + CUT_MARGIN || window >= LARGEST_WINDOW) return tokens;
    }
  }

  private tokens(text: string): number[] {
    return this.tokenizer.encode(this.bertNormalizer === undefined ? text : this.asRustNormalizes(text, this.bertNormalizer), {
      add_special_tokens: false,
    });
  }

  /** Settles beforehand where JavaScript's BERT normalizer differs from the one behind Python's tokenizers. */
  private asRustNormalizes(text: string, normalizer: { lowercase: boolean }): string {
    const spaced = text.replace(SUPPLEMENTARY_IDEOGRAPHS, ' $& ');
    // JavaScript writes a final sigma at a word's end; Rust lowercases character by character.
    return normalizer.lowercase ? spaced.replaceAll('Σ', 'σ') : spaced;
  }
}

/** Tokens kept of each text of a pair, as `TruncationStrategy::LongestFirst` of Hugging Face tokenizers keeps them. */
function longestFirst(first: number, second: number, room: number): [number, number] {
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second);
  let longer = shorter > room ? shorter : Math.max(shorter, room - shorter);
  let kept = shorter;
  if (kept + longer > room) {
    kept = Math.floor(room / 2);
    longer = kept + (room % 2);
  }
  return first > second ? [longer, kept] : [kept, longer];
}

/** The next place where white space follows a word; pre-tokenizers always split there. */
function cutPosition(text: string, from: number): number {
  const end = Math.min(text.length, from + CUT_SEARCH);
  for (let at = from; at < end; at++) {
    if (isSpace(text.charCodeAt(at)) && !isSpace(text.charCodeAt(at - 1))) return at;
  }
  const splitsSurrogatePair = (text.charCodeAt(end) & 0xfc00) === 0xdc00;
  return splitsSurrogatePair ? end - 1 : end;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0x3000;
}

const bertNormalizerSchema = z.object({ type: z.literal('BertNormalizer'), lowercase: z.boolean() });
const tokenizerJsonSchema = z.looseObject({
  model: z.looseObject({}),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  post_processor: z.unknown(),
  padding: z.object({ pad_id: z.number().int() }).nullish(),
  added_tokens: z.array(z.looseObject({ id: z.number().int(), content: z.string(), special: z.boolean().default(false) })).default([]),
});
const tokenizerConfigSchema = z.looseObject({ truncation_side: z.string().optional() });
const namesPaddingSchema = z.looseObject({ pad_token: z.unknown().optional() });
const encoderTypesSchema = z.looseObject({ type_vocab_size: z.number().int().optional() });

/**
 * Loads the tokenizer of a model directory from its tokenizer.json, with tokenizer_config.json where there is one.
 * Nothing in the directory is executed.
 *
 * @throws AttuneError `missing-file` or `bad-model`.
 */
export async function loadTokenizer(directory: string): Promise<Tokenizer> {
  const file = join(directory, 'tokenizer.json');
  const source = await readJson(file, tokenizerJsonSchema);
  if (source === undefined) {
    throw new AttuneError('missing-file', `There is no tokenizer.json in ${directory}.`, {
      remedy: 'Name a directory with a fast tokenizer; in Python, AutoTokenizer.from_pretrained(…).save_pretrained(…) writes one.',
    });
  }
  const config = (await readJson(join(directory, 'tokenizer_config.json'), tokenizerConfigSchema)) ?? {};
  if (config.truncation_side === 'left') {
    throw new AttuneError('bad-model', `${join(directory, 'tokenizer_config.json')}: truncation_side "left" is not supported.`);
  }
  const types = await readJson(join(directory, 'config.json'), encoderTypesSchema);
  const template = parseSequenceTemplate(source.post_processor, file);
  const { PreTrainedTokenizer } = await import('@xenova/transformers');
  let tokenizer: PreTrainedTokenizer;
  try {
    tokenizer = new PreTrainedTokenizer(source, config);
  } catch (cause) {
    throw new AttuneError('bad-model', `${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  const usesTypes = template.pair.some((piece) => piece.type !== 0);
  const withTokenTypes = usesTypes && (types === undefined || (types.type_vocab_size ?? 0) > 1);
  return new Tokenizer(
    tokenizer,
    template,
    findPadTokenId(tokenizer, source, file),
    withTokenTypes,
    bertNormalizerSchema.safeParse(source.normalizer).data,
    {
      specialTokenIds: new Set(source.added_tokens.filter(({ special }) => special).map(({ id }) => id)),
      goesOn: continuationMark(source.model, source.pre_tokenizer),
    },
  );
}

/** What pads the texts of a vocabulary without padding, as is usual in Python: the token that ends a text (GPT-2). */
const END_OF_TEXT = '<|endoftext|>';

/**
 * The keys that tokenizer_config.json lacks for Python to pad as this project does: none where a tokenizer names its padding.
 *
 * @param directory folder of the tokenizer
 */
export async function paddingToken(directory: string): Promise<{ pad_token?: string }> {
  for (const file of ['tokenizer_config.json', 'special_tokens_map.json']) {
    const content = await readJson(join(directory, file), namesPaddingSchema);
    if (content?.pad_token !== undefined && content.pad_token !== null) return {};
  }
  const source = await readJson(join(directory, 'tokenizer.json'), tokenizerJsonSchema);
  if (source === undefined || source.padding) return {};
  const { padTokenId } = await loadTokenizer(directory);
  const token = source.added_tokens.find(({ id }) => id === padTokenId);
  return token === undefined ? {} : { pad_token: token.content };
}

function findPadTokenId(tokenizer: PreTrainedTokenizer, source: z.infer<typeof tokenizerJsonSchema>, file: string): number {
  const named: unknown = tokenizer.pad_token_id;
  if (typeof named === 'number') return named;
  const idOf = (contents: readonly string[]): number | undefined =>
    source.added_tokens.find(({ content }) => contents.includes(content))?.id;
  const id = source.padding?.pad_id ?? idOf(['[PAD]', '<pad>']) ?? idOf([END_OF_TEXT]);
  if (id === undefined) throw new AttuneError('bad-model', `${file} defines no padding token.`);
  return id;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new AttuneError('missing-file', `${file} cannot be read.`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AttuneError('bad-model', `${file} is not a valid file of its kind.`, { remedy: 'Copy or download the model again.', cause });
  }
}
