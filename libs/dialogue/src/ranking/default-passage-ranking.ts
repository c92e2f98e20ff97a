import { CANDIDATE_FEATURES, type CandidateFeature } from './candidate';
import type { LearntRanking } from './learn-ranking';

/** Nothing known of a candidate, or nothing counted of what is known. */
export const NO_FEATURES = Object.fromEntries(CANDIDATE_FEATURES.map((name) => [name, 0])) as Record<CandidateFeature, number>;

/**
 * Serves where there are too few passages to learn from. A passage is a statement, less near to a question than another way to ask it, and
 * longer than one: half of what is asked in its words, or half the way to the same meaning, says as much as more would of an entry.
 */
export const DEFAULT_PASSAGE_RANKING: LearntRanking = {
  weights: {
    candidate: { ...NO_FEATURES, dense: 9, lexical: 6, identifiers: 4 },
    none: { bias: 6.5, outOfScope: 4, unknownWords: 1 },
  },
  calibration: { scores: [], probabilities: [] },
  thresholds: { answer: 0.6, clarify: 0.6 },
};
