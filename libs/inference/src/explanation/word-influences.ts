import { withoutWords, wordsOf, type Word } from '@attune/artifact';

/** A word of a text, and how much it mattered. */
export interface WordInfluence extends Word {
  /** P(label | text) - P(label | text without the word) */
  readonly influence: number;
}

/** Words of a text that are tried; of a longer text the first ones. */
const MAX_WORDS = 120;
const SHOWN = 8;

/**
 * Words without which the probability of a label falls or rises the most, by leaving each out in turn (occlusion:
 * Zeiler and Fergus 2014; for texts: Li, Monroe and Jurafsky 2016). All variants are asked for at once.
 *
 * @param probabilitiesOf the label's probability given each text, in their order
 * @returns at most 8 words, the most influential first
 */
export async function wordInfluences(
  text: string,
  probabilitiesOf: (texts: readonly string[]) => Promise<readonly number[]>,
): Promise<WordInfluence[]> {
  const words = wordsOf(text, MAX_WORDS);
  const [whole, ...without] = await probabilitiesOf([text, ...words.map((word) => withoutWords(text, [word]))]);
  return words
    .map((word, index) => ({ ...word, influence: whole - without[index] }))
    .sort((a, b) => Math.abs(b.influence) - Math.abs(a.influence))
    .slice(0, SHOWN);
}
