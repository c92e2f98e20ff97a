import { CANDIDATE_FEATURES, type CandidateFeature } from './candidate';
import type { LearntRanking } from './learn-ranking';

/** Nothing known of a candidate, or nothing counted of what is known. */
export const NO_FEATURES = Object.fromEntries(CANDIDATE_FEATURES.map((name) => [name, 0])) as Record<CandidateFeature, number>;

/**
 * Serves where there are too few passages to learn from. A passage is a statement, and less near to a question than another way to ask it:
 * nearness, and what it is held against, are round figures of what `fitWeights` finds where the answers of the example knowledge are the
 * passages, its phrasings ask, and every second one also asks with its answer left out. The others are chosen on the careful side: words
 * alone never suffice, and what is out of scope wants much more.
 */
export const DEFAULT_PASSAGE_RANKING: LearntRanking = {
  weights: {
    candidate: { ...NO_FEATURES, dense: 14, lexical: 4, identifiers: 4 },
    none: { bias: 9, outOfScope: 4, unknownWords: 0 },
  },
  calibration: { scores: [], probabilities: [] },
  thresholds: { answer: 0.6, clarify: 0.6 },
};
