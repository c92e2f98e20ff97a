import type { Random } from '../random';

/** How the next word is chosen among all of the vocabulary. */
export interface SamplingOptions {
  /** Scores are divided by it; 0 takes the likeliest word. Default 1. */
  temperature?: number;
  /** Only so many of the likeliest words are drawn from (Fan et al. 2018); default all. */
  topK?: number;
  /** Only the likeliest words whose probabilities together reach it are drawn from (Holtzman et al. 2020); default 1, all. */
  topP?: number;
  /** Above 1 makes words less likely that stand in the text already (Keskar et al. 2019); default 1. */
  repetitionPenalty?: number;
}

/**
 * Probabilities of the words that may be drawn, `[vocabulary]`, 0 for the others: what Python's `generate` draws from with the same
 * options, in the same order: penalty, temperature, top-k, top-p.
 *
 * @param scores logits of the vocabulary, left as they are
 * @param before words of the text so far
 */
export function wordProbabilities(
  scores: Float32Array,
  before: readonly number[],
  { temperature = 1, topK = scores.length, topP = 1, repetitionPenalty = 1 }: SamplingOptions,
): Float64Array {
  const penalized = penalize(scores, before, repetitionPenalty);
  const order = Array.from(penalized.keys()).sort((a, b) => penalized[b] - penalized[a]);
  const probabilities = new Float64Array(scores.length);
  if (temperature === 0) {
    probabilities[order[0]] = 1;
    return probabilities;
  }
  const least = penalized[order[Math.min(topK, order.length) - 1]];
  // Words that score alike are all kept, as in Python.
  const kept = order.filter((word) => penalized[word] >= least);
  const exponentials = kept.map((word) => Math.exp((penalized[word] - penalized[order[0]]) / temperature));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  let reached = 0;
  for (let i = 0; i < kept.length && (i === 0 || reached < topP); i++) {
    const probability = exponentials[i] / total;
    probabilities[kept[i]] = probability;
    reached += probability;
  }
  return probabilities.map((probability) => probability / reached);
}

function penalize(scores: Float32Array, before: readonly number[], penalty: number): Float64Array {
  const penalized = Float64Array.from(scores);
  if (penalty === 1) return penalized;
  for (const word of new Set(before)) penalized[word] = scores[word] < 0 ? scores[word] * penalty : scores[word] / penalty;
  return penalized;
}

/** Draws a word; see `wordProbabilities`. */
export function chooseWord(scores: Float32Array, before: readonly number[], options: SamplingOptions, random: Random): number {
  const probabilities = wordProbabilities(scores, before, options);
  let left = random.uniform();
  let last = 0;
  for (const [word, probability] of probabilities.entries()) {
    if (probability === 0) continue;
    last = word;
    left -= probability;
    if (left < 0) return word;
  }
  return last;
}
