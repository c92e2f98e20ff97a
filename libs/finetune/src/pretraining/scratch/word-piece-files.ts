import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../export/model-files';
import { CONTINUATION } from './learn-word-pieces';

/** Special tokens of BERT, in the order of their ids. */
export const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

const [PAD, UNKNOWN, BEGIN, END, MASK] = SPECIAL_TOKENS;

export interface WordPieceOptions {
  /** Whether capitals and accents are taken away. */
  lowercase: boolean;
  /** Tokens of the longest text. */
  maxLength: number;
}

/** Writes BERT's tokenizer over a vocabulary: tokenizer.json, tokenizer_config.json, special_tokens_map.json and vocab.txt. */
export async function writeWordPieceTokenizer(directory: string, pieces: readonly string[], options: WordPieceOptions): Promise<void> {
  const named = { pad_token: PAD, unk_token: UNKNOWN, cls_token: BEGIN, sep_token: END, mask_token: MASK };
  await writeJson(join(directory, 'tokenizer.json'), tokenizerJson(pieces, options));
  await writeJson(join(directory, 'tokenizer_config.json'), {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: options.lowercase,
    tokenize_chinese_chars: true,
    strip_accents: null,
    model_max_length: options.maxLength,
    ...named,
  });
  await writeJson(join(directory, 'special_tokens_map.json'), named);
  await writeFile(join(directory, 'vocab.txt'), `${pieces.join('\n')}\n`);
}

function tokenizerJson(pieces: readonly string[], { lowercase }: WordPieceOptions): object {
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const special = (id: string, type = 0): object => ({ SpecialToken: { id, type_id: type } });
  const text = (id: 'A' | 'B', type: number): object => ({ Sequence: { id, type_id: type } });
  const around = (token: string): object => ({ id: token, ids: [ids.get(token)], tokens: [token] });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: ids.get(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special(BEGIN), text('A', 0), special(END)],
      pair: [special(BEGIN), text('A', 0), special(END), text('B', 1), special(END, 1)],
      special_tokens: { [BEGIN]: around(BEGIN), [END]: around(END) },
    },
    decoder: { type: 'WordPiece', prefix: CONTINUATION, cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: UNKNOWN,
      continuing_subword_prefix: CONTINUATION,
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(ids),
    },
  };
}
