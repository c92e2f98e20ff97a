import type { AugmentationKeys } from '../config/learning-keys';
import { tokenizeExample, type TokenizeOptions } from '../data/encode';
import type { EncodedExample, Example } from '../data/example';
import { Random } from '../random';
import { BackOffWords } from './back-off';
import { changeText } from './change-text';
import { loadSynonyms, type Synonyms } from './synonyms';

/** Training rows some of whose texts are changed, by the epoch. */
export interface AugmentedExamples {
  /** An epoch's rows, in their order; they follow from the seed and the epoch. */
  examplesOf(epoch: number): EncodedExample[];
  /** Hash of the synonyms' file; empty without one. */
  sha256: string;
}

export interface AugmentOptions extends TokenizeOptions {
  keys: AugmentationKeys;
  seed: number;
  /** The rows as they stand, and as they are encoded. */
  examples: readonly Example[];
  encoded: readonly EncodedExample[];
}

/**
 * Makes changed rows as they are asked for: anew in each epoch, so that an encoder sees a text in many forms, and not kept.
 *
 * @throws AttuneError as `loadSynonyms`
 */
export async function augmentExamples(options: AugmentOptions): Promise<AugmentedExamples> {
  const { keys, examples } = options;
  const { synonyms, sha256 } = keys.synonyms === undefined ? NO_SYNONYMS : await loadSynonyms(keys.synonyms);
  const backOff = keys.backOff > 0 ? new BackOffWords(examples.map(({ text }) => text)) : undefined;
  return { sha256, examplesOf: (epoch) => changedRows(options, { synonyms, backOff }, epoch) };
}

const NO_SYNONYMS: { synonyms: Synonyms; sha256: string } = { synonyms: new Map(), sha256: '' };

function changedRows(
  options: AugmentOptions,
  words: { synonyms: Synonyms; backOff?: BackOffWords | undefined },
  epoch: number,
): EncodedExample[] {
  const { keys, seed, examples, encoded } = options;
  const random = new Random(seed).fork(`augmentation ${epoch}`);
  return encoded.map((row, place) => {
    if (random.uniform() >= keys.share) return row;
    const example = examples[place];
    const text = changeText(example.text, example.pair, { keys, ...words }, random);
    return text === example.text ? row : { ...row, ...tokenizeExample({ ...example, text }, options) };
  });
}
