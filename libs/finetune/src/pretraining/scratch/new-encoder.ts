import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AttuneError, loadTokenizer } from '@attune/artifact';
import type { PretrainingConfig } from '../../config/pretraining-config';
import { readEncoderConfig, type LoadedEncoder } from '../../encoders';
import { writeJson } from '../../export/model-files';
import { Random } from '../../random';
import type { TextCorpus } from '../corpus';
import { DEVIATION, newEncoderWeights } from '../new-weights';
import { countWords } from './count-words';
import { learnWordPieces, singlePieces } from './learn-word-pieces';
import { SPECIAL_TOKENS, writeWordPieceTokenizer } from './word-piece-files';

/** Pieces of a vocabulary whose size nobody named, at most. */
const DEFAULT_SIZE = 8000;
/** What stands for the encoder's name. */
const NAME = 'scratch';

export type ScratchKeys = Pick<PretrainingConfig, 'vocabularySize' | 'lowercase' | 'layers' | 'hidden' | 'heads' | 'maxLength'>;

/**
 * Makes a BERT of random weights (Devlin et al. 2019) with a WordPiece vocabulary that is learned from the texts.
 *
 * @param directory where its tokenizer and config.json are written
 * @throws AttuneError `bad-data` where the texts give fewer pieces than are wanted, `bad-config` for fewer than there are characters and for
 *   a width that is no multiple of the heads
 */
export async function newEncoder(corpus: TextCorpus, keys: ScratchKeys, seed: number, directory: string): Promise<LoadedEncoder> {
  const { maxLength, lowercase } = keys;
  // The tokenizer itself says what a word is, so that learning and use agree.
  await writeWordPieceTokenizer(directory, SPECIAL_TOKENS, { maxLength, lowercase });
  const splitter = await loadTokenizer(directory);
  const counts = await countWords(wordsOf(corpus, (text) => splitter.words(text)));
  const pieces = learn(counts, keys.vocabularySize);
  await writeWordPieceTokenizer(directory, pieces, { maxLength, lowercase });
  await writeJson(join(directory, 'config.json'), bertConfig(pieces.length, keys));
  const { config, sourceConfig } = await readEncoderConfig(directory);
  const hash = createHash('sha256')
    .update(JSON.stringify([pieces, keys, seed]))
    .digest('hex');
  return {
    id: NAME,
    directory,
    config,
    sourceConfig,
    hash,
    weights: newEncoderWeights(config, new Random(seed).fork('weights')),
    tokenizer: await loadTokenizer(directory),
  };
}

async function* wordsOf(corpus: TextCorpus, split: (text: string) => string[]): AsyncGenerator<string[]> {
  for await (const { text } of corpus.texts()) yield split(text);
}

function learn(counts: ReadonlyMap<string, number>, size: number | undefined): string[] {
  if (counts.size === 0) throw new AttuneError('bad-data', 'There is no text to learn a vocabulary from.', { remedy: 'Give more text.' });
  const least = singlePieces(counts, SPECIAL_TOKENS);
  if (size !== undefined && size < least) {
    throw new AttuneError(
      'bad-config',
      `pretraining.vocabularySize is ${size}, and the characters of the texts alone are ${least} pieces.`,
      { remedy: `Take at least ${least}.` },
    );
  }
  const pieces = learnWordPieces(counts, { size: size ?? Math.max(DEFAULT_SIZE, least), special: SPECIAL_TOKENS });
  if (size !== undefined && pieces.length < size) {
    throw new AttuneError('bad-data', `The texts give a vocabulary of ${pieces.length} pieces, not the ${size} that are wanted.`, {
      remedy: `Take a --vocabulary-size of at most ${pieces.length}, leave it out, or give more text.`,
    });
  }
  return pieces;
}

function bertConfig(vocabularySize: number, { layers, hidden, heads, maxLength }: ScratchKeys): object {
  if (hidden % heads !== 0) {
    throw new AttuneError('bad-config', `pretraining.hidden is ${hidden}, which ${heads} heads cannot share evenly.`, {
      remedy: 'Take a multiple of pretraining.heads.',
    });
  }
  return {
    model_type: 'bert',
    architectures: ['BertForMaskedLM'],
    vocab_size: vocabularySize,
    hidden_size: hidden,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    intermediate_size: 4 * hidden,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    max_position_embeddings: maxLength,
    type_vocab_size: 2,
    initializer_range: DEVIATION,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
    position_embedding_type: 'absolute',
    tie_word_embeddings: true,
  };
}
