import { tinyCharacters, tinyWords } from './tiny-vocabulary';

/** The files of a tokenizer, by file name, and what the encoder's own configuration repeats of it. */
export interface TinyTokenizer {
  files: Record<string, string>;
  vocabularySize: number;
  padTokenId: number;
}

interface SpecialToken {
  id: number;
  content: string;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

const addedToken = ({ id, content }: SpecialToken, lstrip = false): Record<string, unknown> => ({
  id,
  content,
  single_word: false,
  lstrip,
  rstrip: false,
  normalized: false,
  special: true,
});

/**
 * A lower-casing WordPiece tokenizer (Devlin et al. 2018) over the tiny vocabulary, in the Hugging Face layout.
 * `tokenTypes` false leaves segment ids out, as DistilBERT's tokenizer does.
 */
export function wordPieceTokenizer(tokenizerClass: string, maxLength: number, tokenTypes: boolean): TinyTokenizer {
  const specials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((content, id) => ({ id, content }));
  const letters = tinyCharacters.filter((character) => /[a-z0-9]/.test(character));
  const suffixes = ['ed', 'ing', 'er', 'ly', 'es', 'able'];
  const pieces = [
    ...new Set([
      ...specials.map(({ content }) => content),
      ...tinyCharacters,
      ...letters.map((letter) => `##${letter}`),
      ...suffixes.map((suffix) => `##${suffix}`),
      ...tinyWords.filter((word) => word.length > 1),
    ]),
  ];
  const special = (content: string): Record<string, unknown> => ({ SpecialToken: { id: content, type_id: 0 } });
  const second = { SpecialToken: { id: '[SEP]', type_id: tokenTypes ? 1 : 0 } };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map((token) => addedToken(token)),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
      pair: [
        special('[CLS]'),
        { Sequence: { id: 'A', type_id: 0 } },
        special('[SEP]'),
        { Sequence: { id: 'B', type_id: tokenTypes ? 1 : 0 } },
        second,
      ],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
    },
  };
  const settings = {
    tokenizer_class: tokenizerClass,
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    model_max_length: maxLength,
    model_input_names: tokenTypes ? ['input_ids', 'token_type_ids', 'attention_mask'] : ['input_ids', 'attention_mask'],
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  };
  return {
    files: { 'tokenizer.json': json(tokenizer), 'tokenizer_config.json': json(settings), 'vocab.txt': `${pieces.join('\n')}\n` },
    vocabularySize: pieces.length,
    padTokenId: 0,
  };
}

/** The printable character that stands for each byte in byte-level vocabularies (Radford et al. 2019). */
function byteCharacters(): string[] {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** Pieces of a byte-level vocabulary (Radford et al. 2019) and the merges that build each word of the tiny vocabulary from left to right. */
function byteLevelPieces(first: readonly string[]): { pieces: string[]; merges: string[] } {
  const space = byteCharacters()[32];
  const pieces = [...first, ...byteCharacters()];
  const known = new Set(pieces);
  const merges: [string, string][] = [];
  for (const word of tinyWords) {
    let piece = space;
    for (const letter of word) {
      if (!known.has(piece + letter)) {
        merges.push([piece, letter]);
        known.add(piece + letter);
        pieces.push(piece + letter);
      }
      piece += letter;
    }
  }
  return { pieces, merges: merges.map((merge) => merge.join(' ')) };
}

/** The parts of tokenizer.json that byte-level tokenizers share. */
function byteLevelModel(vocabulary: Record<string, number>, merges: readonly string[]): Record<string, unknown> {
  return {
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab: vocabulary,
      merges,
    },
  };
}

/** GPT-2's: nothing around a text, no token of padding, and one that ends a text. */
export function endOfTextTokenizer(maxLength: number): TinyTokenizer {
  const { pieces, merges } = byteLevelPieces(['<|endoftext|>']);
  const vocabulary = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const end = { id: 0, content: '<|endoftext|>' };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [addedToken(end)],
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    ...byteLevelModel(vocabulary, merges),
  };
  const settings = {
    tokenizer_class: 'GPT2Tokenizer',
    add_prefix_space: false,
    model_max_length: maxLength,
    bos_token: end.content,
    eos_token: end.content,
    unk_token: end.content,
  };
  return {
    files: { 'tokenizer.json': json(tokenizer), 'tokenizer_config.json': json(settings), ...vocabularyFiles(vocabulary, merges) },
    vocabularySize: pieces.length,
    padTokenId: end.id,
  };
}

function vocabularyFiles(vocabulary: Record<string, number>, merges: readonly string[]): Record<string, string> {
  return { 'vocab.json': json(vocabulary), 'merges.txt': `#version: 0.2\n${merges.join('\n')}\n` };
}

/**
 * A byte-level BPE tokenizer (Radford et al. 2019) with RoBERTa's special tokens: a word of the tiny vocabulary after a space is one token
 * and everything else comes apart into bytes.
 */
export function byteLevelTokenizer(tokenizerClass: string, maxLength: number): TinyTokenizer {
  const { pieces, merges } = byteLevelPieces(['<s>', '<pad>', '</s>', '<unk>']);
  pieces.push('<mask>');
  const vocabulary = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  const mask = { id: pieces.length - 1, content: '<mask>' };
  const specials = pieces.slice(0, 4).map((content, id) => ({ id, content }));
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [...specials.map((token) => addedToken(token)), addedToken(mask, true)],
    post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: true, add_prefix_space: false },
    ...byteLevelModel(vocabulary, merges),
  };
  const settings = {
    tokenizer_class: tokenizerClass,
    add_prefix_space: false,
    trim_offsets: true,
    model_max_length: maxLength,
    model_input_names: ['input_ids', 'attention_mask'],
    bos_token: '<s>',
    eos_token: '</s>',
    pad_token: '<pad>',
    unk_token: '<unk>',
    cls_token: '<s>',
    sep_token: '</s>',
    mask_token: '<mask>',
  };
  return {
    files: {
      'tokenizer.json': json(tokenizer),
      'tokenizer_config.json': json(settings),
      ...vocabularyFiles(vocabulary, merges),
    },
    vocabularySize: pieces.length,
    padTokenId: 1,
  };
}
