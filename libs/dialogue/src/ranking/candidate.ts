import { z } from 'zod';

/**
 * What is known of a candidate: how near it is to the question, in several ways. Each is about 0 for a chance text and 1 for a perfect one.
 * `dense` is of its nearest way to ask, `denseEntry` of all its texts together.
 */
export const CANDIDATE_FEATURES = ['dense', 'denseEntry', 'denseAnswer', 'lexical', 'lexicalAnswer', 'identifiers', 'intent'] as const;
export type CandidateFeature = (typeof CANDIDATE_FEATURES)[number];
export type CandidateFeatures = Readonly<Record<CandidateFeature, number>>;

/** What is known of a question as a whole, which tells whether any candidate can be right. */
export const QUESTION_FEATURES = ['bias', 'outOfScope', 'unknownWords'] as const;
export type QuestionFeature = (typeof QUESTION_FEATURES)[number];
export type QuestionFeatures = Readonly<Record<QuestionFeature, number>>;

/** A question and the candidates for it. */
export interface Ranking {
  readonly question: QuestionFeatures;
  readonly candidates: readonly CandidateFeatures[];
}

const weights = <Name extends string>(names: readonly Name[]) =>
  z.object(Object.fromEntries(names.map((name) => [name, z.number()])) as Record<Name, z.ZodNumber>);

/** The weights of the model, as they are stored. */
export const rankingWeightsSchema = z.object({ candidate: weights(CANDIDATE_FEATURES), none: weights(QUESTION_FEATURES) });
export type RankingWeights = z.infer<typeof rankingWeightsSchema>;

/** Probabilities that sum to 1. */
export interface Posterior {
  /** Of each candidate, in their order: that it is what was asked for. */
  readonly candidates: readonly number[];
  /** That none is. */
  readonly none: number;
}

/**
 * The probability of each candidate, and of none: a conditional logit with an outside option (McFadden 1974), whose
 * utilities are linear in the features.
 */
export function posteriorOf({ question, candidates }: Ranking, weights: RankingWeights): Posterior {
  const none = dot(QUESTION_FEATURES, question, weights.none);
  const utilities = candidates.map((features) => dot(CANDIDATE_FEATURES, features, weights.candidate));
  const largest = Math.max(none, ...utilities);
  const exponentials = utilities.map((utility) => Math.exp(utility - largest));
  const ofNone = Math.exp(none - largest);
  const sum = exponentials.reduce((total, value) => total + value, ofNone);
  return { candidates: exponentials.map((value) => value / sum), none: ofNone / sum };
}

function dot<Name extends string>(
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
  by: Readonly<Record<Name, number>>,
): number {
  return names.reduce((sum, name) => sum + values[name] * by[name], 0);
}
