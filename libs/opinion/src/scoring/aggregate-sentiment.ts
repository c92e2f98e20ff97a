import { AttuneError } from '@attune/artifact';
import { SENTIMENT_LABELS, type Sentiment } from '@attune/contracts';

/** What the head says of one text, and what the text weighs by its place. */
export interface WeightedSentiment {
  readonly probabilities: Readonly<Sentiment['probabilities']>;
  /** Above 0; 1 by default. */
  readonly weight?: number;
}

/** Share of its place's weight that a wholly neutral sentence keeps, so that neutral sentences alone give a neutral result. */
const NEUTRAL_WEIGHT = 0.1;

/** Digits after the point: the same document scored in another batch may differ in the last bits, and its event must not. */
const DIGITS = 4;

const round = (value: number): number => Math.round(value * 10 ** DIGITS) / 10 ** DIGITS;

/**
 * One sentiment from those of several sentences about the same target: a weighted linear opinion pool (Stone 1961). A sentence weighs by
 * its place and by how much opinion it holds, 1 − P(neutral), since facts that surround an opinion do not soften it (Pang and Lee 2004
 * leave such sentences out). A linear pool, unlike the mean of log odds, cannot be decided by one over-confident sentence whose
 * probability of a class is close to 0. The probabilities of a single sentence stay as they are; all are rounded to 4 digits.
 *
 * @throws AttuneError `wrong-use` when there is no sentence
 */
export function aggregateSentiment(sentences: readonly WeightedSentiment[]): Sentiment {
  if (sentences.length === 0) throw new AttuneError('wrong-use', 'There is no sentence to aggregate a sentiment from.');
  const sums = { negative: 0, neutral: 0, positive: 0 };
  let total = 0;
  for (const { probabilities, weight = 1 } of sentences) {
    const own = weight * Math.max(NEUTRAL_WEIGHT, 1 - probabilities.neutral);
    total += own;
    for (const label of SENTIMENT_LABELS) sums[label] += own * probabilities[label];
  }
  const probabilities = {
    negative: round(sums.negative / total),
    neutral: round(sums.neutral / total),
    positive: round(sums.positive / total),
  };
  const label = SENTIMENT_LABELS.reduce((best, candidate) => (probabilities[candidate] > probabilities[best] ? candidate : best));
  return { label, probabilities, score: round(probabilities.positive - probabilities.negative) };
}
