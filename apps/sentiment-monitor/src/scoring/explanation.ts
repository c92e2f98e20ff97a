import { withoutWords, wordsOf } from '@attune/artifact';
import type { SentimentLabel, tokenInfluenceSchema } from '@attune/contracts';
import type { z } from 'zod';
import type { SentimentModel } from './sentiment-model';

/** A word of a text, and how much it mattered. */
export type TokenInfluence = z.infer<typeof tokenInfluenceSchema>;

/** Words of a text that are tried; of a longer text the first ones. */
const MAX_WORDS = 120;
const SHOWN = 8;

/**
 * Words without which the probability of a label falls or rises the most, by leaving each out in turn (occlusion:
 * Zeiler and Fergus 2014; for texts: Li, Monroe and Jurafsky 2016). All variants are computed as one bulk call.
 *
 * @returns at most 8 words, the most influential first; `influence` is P(label | text) - P(label | text without the word)
 */
export async function explainByOcclusion(
  model: SentimentModel,
  { text, entity }: { text: string; entity?: string },
  label: SentimentLabel,
  signal: AbortSignal,
): Promise<TokenInfluence[]> {
  const words = wordsOf(text, MAX_WORDS);
  const pair = entity === undefined ? {} : { pair: entity };
  const variants = words.map((word) => ({ text: withoutWords(text, [word]), ...pair }));
  const { results } = await model.score([{ text, ...pair }, ...variants], { signal, bulk: true });
  const [whole, ...without] = results.map(({ sentiment }) => sentiment.probabilities[label]);
  return words
    .map((word, index) => ({ ...word, influence: whole - without[index] }))
    .sort((a, b) => Math.abs(b.influence) - Math.abs(a.influence))
    .slice(0, SHOWN);
}
