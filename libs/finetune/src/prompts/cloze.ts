import { AttuneError, type ClozePattern, type ClozeReading, type HeadShape, type NamedTensor, type Tokenizer } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { isPromptTask, promptWay } from '../config/prompt-config';
import { encoderFamily, type LoadedEncoder } from '../encoders';

/** Special tokens around a single text, where sentences can be put around it: one before it and one after. */
const SPECIAL_TOKENS = 2;

/** Whether a configuration's head reads a gap. */
export function usesCloze({ task, prompt }: Pick<HeadConfig, 'task' | 'prompt'>): boolean {
  return isPromptTask(task) && promptWay(task, prompt) === 'cloze';
}

/**
 * The head that fills a gap in sentences around a text (PET, Schick and Schütze 2021): the encoder's masked-language-model head, of which
 * the output layer keeps the words that stand for the labels; several words of a label count by their mean. Its weights are put among
 * the encoder's, in the place of the whole vocabulary's.
 *
 * @param encoder with its masked-language-model head
 * @throws AttuneError `bad-config` for a label without words, and for a word that is not in the vocabulary or is of several tokens;
 *   `unsupported-encoder` for a tokenizer without a mask
 */
export function attachClozeHead(config: HeadConfig, encoder: LoadedEncoder, head: HeadShape): HeadShape {
  const { templates = [], verbalizer = {} } = config.prompt;
  const unknown = Object.keys(verbalizer).find((label) => !head.labels.includes(label));
  if (unknown !== undefined) {
    throw new AttuneError('bad-config', `prompt.verbalizer: no row has the label "${unknown}".`, {
      remedy: 'Correct the label, or add rows for it.',
    });
  }
  const words = head.labels.map((label) => {
    const own = [verbalizer[label] ?? []].flat();
    if (own.length === 0) {
      throw new AttuneError('bad-config', `prompt.verbalizer: the label "${label}" has no word.`, {
        remedy: 'Name the word that stands for it.',
      });
    }
    return own.map((word) => wordToken(encoder, label, word));
  });
  const patterns = templates.map((template) => patternOf(template, encoder));
  const { weights, config: shape } = encoder;
  const family = encoderFamily(shape.family);
  const table = tensorOf(weights, weights.has('mlm.decoder.weight') ? 'mlm.decoder.weight' : 'embeddings.word_embeddings.weight');
  for (const part of ['dense.weight', 'dense.bias', 'LayerNorm.weight', 'LayerNorm.bias'])
    weights.set(`head.${part}`, tensorOf(weights, `mlm.${part}`));
  weights.set('head.output.weight', { shape: [words.length, shape.hiddenSize], values: meanRows(table.values, words, shape.hiddenSize) });
  weights.set('head.output.bias', { shape: [words.length], values: meanRows(tensorOf(weights, 'mlm.bias').values, words, 1) });
  for (const name of [...weights.keys()]) if (name.startsWith('mlm.')) weights.delete(name);
  return { ...head, cloze: { patterns, activation: family.maskedLmActivation ?? shape.activation } };
}

/** Tokens that the longest of the sentences adds to a text. */
export function tokensAround({ patterns }: ClozeReading): number {
  return Math.max(...patterns.map(({ before, after }) => before.length + after.length));
}

/** A template as token ids. Its pieces are tokenised each by itself, so the text is read as it is by itself, too. */
function patternOf(template: string, { id, tokenizer }: LoadedEncoder): ClozePattern {
  const mask = tokenizer.maskTokenId;
  if (mask === undefined || tokenizer.encode('', undefined, SPECIAL_TOKENS).inputIds.length !== SPECIAL_TOKENS) {
    throw new AttuneError(
      'unsupported-encoder',
      `${id}: its tokenizer has no mask, or none of one special token before and after a text.`,
      {
        remedy: 'Choose another encoder, or another way than cloze.',
      },
    );
  }
  const [before, after] = template.split('{text}').map((side) => sideTokens(side, mask, tokenizer));
  const gap = [...before, ...after].indexOf(mask);
  return { before, after, gap };
}

/** Space before a gap belongs to the gap's token in vocabularies that count it. */
function sideTokens(side: string, mask: number, tokenizer: Tokenizer): number[] {
  return side.split('{mask}').flatMap((piece, place) => [...(place > 0 ? [mask] : []), ...tokenizer.encodePiece(piece.trimEnd())]);
}

/** The one token of a word in the middle of a sentence. */
function wordToken({ id, tokenizer }: LoadedEncoder, label: string, word: string): number {
  const tokens = tokenizer.encodePiece(` ${word}`);
  const named = `prompt.verbalizer: the word "${word}" of "${label}"`;
  const remedy = 'Choose a word that the encoder has as a whole.';
  if (tokens.includes(tokenizer.unknownTokenId ?? -1))
    throw new AttuneError('bad-config', `${named} is not in the vocabulary of ${id}.`, { remedy });
  if (tokens.length !== 1) {
    throw new AttuneError('bad-config', `${named} is of ${tokens.length} tokens in the vocabulary of ${id}, and must be of one.`, {
      remedy,
    });
  }
  return tokens[0];
}

function tensorOf(weights: ReadonlyMap<string, NamedTensor>, name: string): NamedTensor {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new RangeError(`no weights for ${name}`);
  return tensor;
}

/** For each list of rows of `[rows × width]` their mean, `[lists × width]`. */
function meanRows(table: Float32Array, lists: readonly (readonly number[])[], width: number): Float32Array {
  const means = new Float32Array(lists.length * width);
  lists.forEach((rows, at) => {
    for (const row of rows) for (let i = 0; i < width; i++) means[at * width + i] += table[row * width + i] / rows.length;
  });
  return means;
}
